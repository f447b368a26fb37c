"""Configuration that cannot be read is told with its line, and nothing of it that may be a key."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentport_harness.setups.json_source import json_source
from agentport_harness.setups.mending import read_source
from agentport_harness.setups.source import Dialect
from agentport_harness.setups.toml_source import toml_source


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('{"a" 1}', 1, "Expected ':', got '1' in column 6"),
        ('{\n"a": 1', 2, "Expected ',' or '}', got the end of the file in column 7"),
        ('{"a": 1 "b": 2}', 1, "Expected ',' or '}', got '\"' in column 9"),
        ('{"a": ap_secret}', 1, "Expected a value, got a word without quotes in column 7"),
        ('{"a": NaN}', 1, "Expected a value, got a word without quotes in column 7"),
        ('{"a": }', 1, "Expected a value, got '}' in column 7"),
        ('{\n"a": "x\n"}', 2, "Expected the end of the text in quotes, got the end of the line in column 6"),
        ('{"a": "\\q"}', 1, "Expected a text with known escapes, got an unknown escape in column 7"),
        ("{a: 1}", 1, "Expected a name in double quotes, got 'a' in column 2"),
        ('{"a": 1} x', 1, "Expected the end of the file, got 'x' in column 10"),
        ('{"a": 1 /* ', 1, "Expected the end of the comment, got the end of the file in column 9"),
        ("[1]", 1, "Expected an object, got another value"),
        ("7", 1, "Expected an object, got another value"),
        ('{\n// here\n"a": 1}', 2, "a comment, which this client cannot read"),
        ('{"a": [1,\n]}', 1, "a comma before the closing bracket, which this client cannot read"),
    ],
)
def test_broken_json_is_told_with_line_and_column(text: str, line: int, message: str) -> None:
    flaw = json_source(text, "json").flaw

    assert flaw is not None
    assert (flaw.line, flaw.message) == (line, message)


def test_a_client_that_takes_comments_may_still_refuse_a_comma_too_many() -> None:
    text = '{ // here\n"a": [1,\n]}'

    assert json_source(text, "jsonc").value == {"a": [1]}
    assert json_source(text, "json-comments").flaw is not None
    assert json_source('{ // here\n"a": 1}', "json-comments").value == {"a": 1}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nb = \n", 2),
        ("a = 1\na = 2\n", 2),
        ("[t]\nk = ap_secret\n", 2),
        ('a = "x', 1),
        ("a = " + "[" * 100_000, 1),
        ("a = " + "9" * 5000, 1),
    ],
    ids=["no value", "twice", "no quotes", "no end", "nested without end", "a number without end"],
)
def test_broken_toml_is_told_with_its_line(text: str, line: int) -> None:
    flaw = toml_source(text).flaw

    assert flaw is not None
    assert flaw.line == line
    assert "secret" not in flaw.message


@given(st.text(max_size=60), st.sampled_from(["toml", "json", "jsonc"]))
def test_no_text_at_all_costs_a_traceback(text: str, dialect: Dialect) -> None:
    source = read_source(text, dialect)

    assert (source.flaw is None) == isinstance(source.value, dict)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda held: st.lists(held) | st.dictionaries(st.text(), held),
    max_leaves=20,
)


@given(VALUES)
def test_json_reads_as_json(value: object) -> None:
    source = json_source(json.dumps({"held": value}), "json")

    assert source.value == {"held": value}
