"""JSON values: when two are the same argument, and what can be taken from any of them."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentport_harness.core.json_values import as_object, as_text, identity, parsed, strings_in

values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
    max_leaves=12,
)


def shuffled(value: Any, random: Random) -> Any:
    """The same value, its keys in another order and its whole numbers written as fractions."""
    if isinstance(value, dict):
        items = [(key, shuffled(item, random)) for key, item in value.items()]
        random.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        return [shuffled(item, random) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53:
        return float(value)
    return value


@given(values, st.randoms(use_true_random=False))
def test_key_order_and_the_writing_of_numbers_make_no_difference(value: Any, random: Random) -> None:
    assert identity(value) == identity(shuffled(value, random))


@given(values, values)
def test_two_values_are_the_same_arguments_only_when_they_are_equal(one: Any, other: Any) -> None:
    def typed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: typed(item) for key, item in value.items()}
        return [typed(item) for item in value] if isinstance(value, list) else (isinstance(value, bool), value)

    assert (identity(one) == identity(other)) == (typed(one) == typed(other))


@given(values)
def test_the_identity_of_a_value_is_json_that_reads_back_as_it(value: Any) -> None:
    assert json.loads(identity(value)) == value


def test_strings_compare_by_code_points() -> None:
    assert identity("\u00e9") != identity("e\u0301")
    assert identity("1") != identity(1)
    assert identity("\ud800") == '"\\ud800"'


@given(st.text())
def test_any_text_is_parsed_or_is_none(text: str) -> None:
    assert parsed(text) is None or isinstance(parsed(text), (bool, int, float, str, list, dict))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "{'a': 1}", "\x00"])
def test_what_is_no_json_is_none(text: str) -> None:
    assert parsed(text) is None


def test_objects_and_texts_are_taken_only_from_what_is_one() -> None:
    assert as_object({"a": 1}) == {"a": 1}
    assert as_object([1]) == {}
    assert as_text("x") == "x"
    assert as_text(None) == as_text(3) == ""


def test_every_string_is_found_in_document_order_and_no_key() -> None:
    assert strings_in({"a": ["x", {"b": "y"}, 3], "c": "z"}) == ["x", "y", "z"]
