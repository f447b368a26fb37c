"""Fixtures: time that passes while all wait, and the databases of the gateway's own tests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.time import BACKEND
from tests.gateway.conftest import database, server

__all__ = ["anyio_backend", "database", "server"]


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return BACKEND
