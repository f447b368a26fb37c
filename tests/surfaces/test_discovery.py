"""What the discovery tools answer is held against what is documented."""

from __future__ import annotations

import pytest

from agentport_harness.core.json_values import JSON
from agentport_harness.surfaces.discovery import DESCRIPTION, INTEGRATION, TOOLS, departures, rows_of, value_of

STRIPE: dict[str, JSON] = {
    "id": "stripe",
    "name": "Stripe",
    "description": "",
    "type": "remote_mcp",
    "auth_methods": ["token"],
    "docs_url": None,
}


def test_documented_fields_are_no_departure_and_neither_are_more_of_them() -> None:
    assert list(departures({**STRIPE, "added": 1}, INTEGRATION)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"docs_url": 5}, "$.docs_url is no str or null"),
        ({"type": "other"}, "$.type is none of custom, remote_mcp"),
        ({"type": None}, "$.type is none of custom, remote_mcp"),
        ({"name": True}, "$.name is no str"),
        ({"auth_methods": "token"}, "$.auth_methods is no list"),
        ({"auth_methods": ["token", 1, 2]}, "$.auth_methods[] is no str"),
    ],
)
def test_a_field_that_is_otherwise_is_named_by_its_path(change: dict[str, JSON], said: str) -> None:
    assert list(departures({**STRIPE, **change}, INTEGRATION)) == [said]


def test_a_missing_field_is_named_once_however_many_rows_lack_it() -> None:
    row: dict[str, JSON] = {"name": "a", "description": "", "approval_mode": "allow"}
    assert list(departures({"integration_id": "i", "tools": [row, row]}, TOOLS)) == ["$.tools[].inputSchema is missing"]


def test_what_is_no_object_has_no_fields() -> None:
    assert list(departures([], DESCRIPTION)) == ["$ is no object"]


def test_the_answer_is_the_structured_content_else_the_json_of_the_text() -> None:
    assert value_of({"a": 1}, "[]") == {"a": 1}
    assert value_of(None, "[1]") == [1]
    assert value_of(None, "no JSON") is None


def test_a_list_is_the_answer_itself_or_a_member_of_it() -> None:
    assert rows_of([1], "tools") == [1]
    assert rows_of({"tools": [2]}, "tools") == [2]
    assert rows_of({"tools": "x"}, "tools") is None
    assert rows_of(None, "tools") is None
