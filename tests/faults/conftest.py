"""Fixtures: the databases of the gateway's own tests."""

from __future__ import annotations

from tests.gateway.conftest import database, server

__all__ = ["database", "server"]
