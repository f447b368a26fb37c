"""The page about `doctor` lists every check as it is."""

from __future__ import annotations

import re
from pathlib import Path

from agentport_harness.runner.catalogue import clients, setup_checks

PAGE = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text(encoding="utf-8")


def test_every_check_is_listed_with_its_level_and_text() -> None:
    listed = re.findall(r"^\| (DR\d{3}) \| (\w+) \| (.+) \|$", PAGE, re.MULTILINE)

    assert listed == [(check.id, check.level, check.text) for check in setup_checks()]


def test_every_client_is_named() -> None:
    assert [client.title for client in clients().values() if client.title not in PAGE] == []
