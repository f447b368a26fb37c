"""Which values of arguments a person cannot check."""

from __future__ import annotations

import pytest

from agentport_harness.core.json_values import JSON
from agentport_harness.core.opaque import id_prefix, is_opaque, opaque_ids


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("customer", "cus_9aK2"),
        ("anything", "tok_9aK2xy7Qz1"),
        ("page", "8d1f3c2e-6a57-4b90-a1d4-77c0e5b9f832"),
        ("commit", "3fa9c1d"),
        ("revision", "3fa9c1d0b2e44f6a9c1d0b2e44f6a9c1d0b2e44f"),
        ("contact_id", "90210"),
        ("user_id", "u1u2u3u4u5u6"),
        ("file", "1AbCdEfGhIjKlMnOp"),
        ("account_id", "A1B2C3D4E"),
        ("container", "A1B2C3D4E5F6G7H8I9J0"),
    ],
)
def test_a_value_that_only_a_machine_understands_is_opaque(name: str, value: str) -> None:
    assert is_opaque(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "Roadmap 2024"),
        ("note", "3fa9c1d"),
        ("quantity", "90210"),
        ("idempotency_key", "8d1f3c2e-6a57-4b90-a1d4-77c0e5b9f832"),
        ("next_cursor", "cus_9aK2xy7Qz1"),
        ("amount", "123456789012"),
        ("total", "123456789012"),
        ("grade", "release-24"),
        ("customer_id", "cus_" + "9" * 300),
        ("container", "A1B2C3D4E"),
    ],
)
def test_words_amounts_and_what_is_no_record_are_not_opaque(name: str, value: str) -> None:
    assert not is_opaque(name, value)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"customer": "cus_9aK2", "note": "urgent"}, [("customer", "cus_9aK2")]),
        ({"filter": {"ids": [90210, 90211]}}, [("ids", "90210"), ("ids", "90211")]),
        ({"contact_id": True}, []),
        ({"contact_id": 10**40}, []),
        ({"contact_id": 1.5}, []),
    ],
)
def test_opaque_values_are_found_at_any_depth(arguments: JSON, found: list[tuple[str, str]]) -> None:
    assert list(opaque_ids(arguments)) == found


@pytest.mark.parametrize(("value", "prefix"), [("cus_9aK2", "cus"), ("cus-9aK2", ""), ("Dana", "")])
def test_a_prefixed_id_tells_its_kind(value: str, prefix: str) -> None:
    assert id_prefix(value) == prefix
