"""Text that hides or reorders something: told apart from the rest, nothing lost, in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentport_gateway.domain.visible import hides, marked, pieces


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain text, with ümläuts", "plain text, with ümläuts"),
        ("日本語 и русский", "日本語 и русский"),
        ("a\nb\tc", "a\nb\tc"),
        ("pay \u202e1182\u202c now", "pay ⟦U+202E right-to-left override⟧1182⟦U+202C pop directional formatting⟧ now"),
        ("in\u200bvisible", "in⟦U+200B zero-width space⟧visible"),
        ("\u2067\u2067\u2067x", "⟦U+2067 right-to-left isolate ×3⟧x"),
        ("\x1b[31mred", "⟦U+001B⟧[31mred"),
        ("line\rover", "line⟦U+000D⟧over"),
        ("\u2028", "⟦U+2028⟧"),
        ("fill\u3164er", "fill⟦U+3164⟧er"),
        ("tag\U000e0041\U000e0042", "tag⟦U+E0041⟧⟦U+E0042⟧"),
        ("v\U000e0101", "v⟦U+E0101⟧"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("private \ue000", "private ⟦U+E000⟧"),
        ("a" + " " * 40 + "b", "a⟦40 blanks⟧b"),
        ("a" + "\n" * 7 + "b", "a⟦7 line breaks⟧\nb"),
        ("", ""),
    ],
)
def test_what_would_not_be_seen_is_written_out(text: str, seen: str) -> None:
    assert marked(text) == seen


def test_blanks_that_hide_others_among_them_are_told_apart() -> None:
    assert marked(" " * 30 + "\u200b") == "⟦30 blanks⟧⟦U+200B zero-width space⟧"


@given(st.text())
def test_nothing_that_hides_is_left_and_nothing_else_is_lost(text: str) -> None:
    found = list(pieces(text))
    plain = "".join(piece for piece, hidden in found if not hidden)
    assert not any(hides(character) for character in plain if character not in "\n\t")
    kept = [character for character in text if not hides(character) and not character.isspace()]
    assert [character for character in plain if not character.isspace()] == kept


@pytest.mark.parametrize("unit", ["\u202e", "a\u202e", " ", "\n", "ä", " \u200b", "x"])
def test_a_megabyte_takes_no_longer_than_its_length_explains(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    began = time.process_time()
    marked(text)
    assert time.process_time() - began < 5
