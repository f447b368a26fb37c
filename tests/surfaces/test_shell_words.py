"""Shell texts fall into commands and words as a shell would cut them."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentport_harness.surfaces.shell_words import simple_commands


def commands(text: str) -> list[list[str]]:
    return [words for words in simple_commands(text) if words]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b  c", [["a", "b", "c"]]),
        ("a;b && c | d & e", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("a\nb", [["a"], ["b"]]),
        ("a \\\n b", [["a", "b"]]),
        ("a\\\nb 'c\\\nd' \"e\\\nf\"", [["ab", "c\\\nd", "ef"]]),
        ("(a b)", [["a", "b"]]),
        ("x $(a b)", [["x", "$"], ["a", "b"]]),
        ("x `a b`", [["x"], ["a", "b"]]),
        ("a 2>&1 b", [["a", "2>&1", "b"]]),
        ("a >/dev/null b", [["a", ">/dev/null", "b"]]),
        ("a &>/dev/null; b", [["a", "&>/dev/null"], ["b"]]),
        ("&> x", [["&>", "x"]]),
        ("a >> x", [["a", ">>", "x"]]),
        ("a 'b;c' \"d|e\" f\\;g", [["a", "b;c", "d|e", "f;g"]]),
        ("a ';' '\n' '('", [["a", ";", "\n", "("]]),
        ("a''b\"c\"'d'", [["abcd"]]),
        ("a ''", [["a", ""]]),
        ('a "b \\"c\\" \\\\ \\$d \\n"', [["a", 'b "c" \\ $d \\n']]),
        ("a $'it\\'s\\n'", [["a", "it's\n"]]),
        ("a $HOME $ b", [["a", "$HOME", "$", "b"]]),
        ("a\u00a0b", [["a\u00a0b"]]),
        ("a 'unclosed b; c", [["a"]]),
        ('a b"unclosed; c', [["a", "b"]]),
        ("a \\", [["a"]]),
        ("", []),
    ],
)
def test_a_text_is_cut_where_a_shell_would_cut_it(text: str, expected: list[list[str]]) -> None:
    assert commands(text) == expected


@given(st.lists(st.text(), min_size=1))
def test_quoted_words_come_back_as_they_were(words: list[str]) -> None:
    assert commands(shlex.join(words)) == [words]


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_has_words(text: str) -> None:
    assert all(isinstance(word, str) for words in commands(text) for word in words)
