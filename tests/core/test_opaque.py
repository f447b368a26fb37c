"""Identifiers that no person can check are found among arguments, at any depth."""

from __future__ import annotations

import pytest

from agentport_harness.core.json_values import JSON
from agentport_harness.core.opaque import id_prefix, opaque_ids

UUID = "3f2a91c4-7b1e-4c55-9d0a-5e6f708192a3"


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"customer": "cus_9s6XKzkNRiz8i3"}, ["cus_9s6XKzkNRiz8i3"]),
        ({"charge": "ch_12345"}, ["ch_12345"]),
        ({"page": {"list": [{"id": UUID}, UUID]}}, [UUID, UUID]),
        ({"customer_id": 48213}, ["48213"]),
        ({"customer_id": "48213"}, ["48213"]),
        ({"number_id": "123456789012345"}, ["123456789012345"]),
        ({"commit": "a1b2c3d"}, ["a1b2c3d"]),
        ({"file_id": "abc123def456ghi"}, ["abc123def456ghi"]),
        ({"token": "aB3" + "x" * 12}, ["aB3" + "x" * 12]),
        ({"order_ref": "AB12CD34EF"}, ["AB12CD34EF"]),
    ],
)
def test_identifiers_of_records_are_found(arguments: JSON, found: list[str]) -> None:
    assert [value for _, value in opaque_ids(arguments)] == found


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": "Dana Lee", "note": "call me at 5"},
        {"seats": 48213},
        {"seats": "48213"},
        {"archived_id": True},
        {"customer_id": 1.5},
        {"customer_id": 10**40},
        {"idempotency_key": UUID},
        {"title": "level-42a"},
        {"title": "x_12"},
        {"word": "a1b2c3d"},
        {"title": "XYZ123QRS456"},
        {"text": "x" * 300},
    ],
)
def test_words_amounts_and_keys_of_the_protocol_are_none(arguments: JSON) -> None:
    assert list(opaque_ids(arguments)) == []


def test_what_is_nested_without_end_is_read_down_to_a_depth() -> None:
    nested: JSON = [UUID]
    for _ in range(5_000):
        nested = {"in": nested} if isinstance(nested, list) else [nested]
    assert list(opaque_ids(nested)) == []


@pytest.mark.parametrize(("value", "prefix"), [("cus_9s6XKz", "cus"), ("level-42", ""), ("plain", "")])
def test_only_a_prefixed_id_has_a_prefix(value: str, prefix: str) -> None:
    assert id_prefix(value) == prefix
