"""The page of what clients do is written from runs, and is of the clients that are driven."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentport_harness.core.agent_client import AgentClient
from agentport_harness.runner.agent_choice import agent_clients
from tests.clients.matrix import COLUMNS, ROWS, page
from tests.skills.clients import PACKAGES

PAGE = (Path(__file__).parents[2] / "docs" / "clients.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("client", agent_clients(), ids=lambda client: client.name)
def test_every_client_is_on_the_page_in_the_version_that_the_tests_install(client: AgentClient) -> None:
    assert f"{client.title} {client.version}, " in PAGE
    assert f"{client.package}@{client.version}" in PACKAGES


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_has_a_cell_for_every_row(column: str) -> None:
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {column} |")]

    cells = [cell.strip() for cell in line.strip("|").split(" | ")]
    assert len(cells) == 1 + len(ROWS)
    assert all(cells)


def test_the_page_is_what_the_program_writes() -> None:
    heads, *lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    names = [name.strip() for name in heads.strip("|").split(" | ")][1:]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    found = [(name, {row[0]: row[number] for row in rows}) for number, name in enumerate(names, 1)]
    when = PAGE.partition("reference gateway on ")[2].partition(", with")[0]

    assert page(found, when) == PAGE


def test_a_cell_cannot_break_the_table() -> None:
    told = dict.fromkeys(COLUMNS, "a | b")

    assert "a \\| b" in page([("client", told)], "1 May 2026")
