"""The words of patterns are found in a text as if each had been looked for by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agentport_harness.core.lexicon import _MOST, Lexicon

LETTERS = st.text(alphabet="ab-'é完\u0130", min_size=1, max_size=5)


@given(pieces=st.sets(LETTERS, max_size=12), text=st.text(alphabet="ab-'é完\u0130 \n\u3000", max_size=200))
def test_what_is_found_is_what_stands_in_the_text(pieces: set[str], text: str) -> None:
    lexicon = Lexicon()
    lexicon.add(pieces)
    expected = {piece for piece in pieces if piece in text}
    assert lexicon.found(text) == expected
    assert lexicon.found(f"{text} ") == expected  # now that the words are known


def test_a_piece_that_is_added_later_is_found_in_words_that_are_known() -> None:
    lexicon = Lexicon()
    lexicon.add(["fund"])
    assert lexicon.found("a refund issued") == {"fund"}
    lexicon.add(["issue", "fund"])
    assert lexicon.found("a refund issued") == {"fund", "issue"}


def test_long_words_are_read_and_not_remembered() -> None:
    lexicon = Lexicon()
    lexicon.add(["key"])
    assert lexicon.found("x" * 50 + "key" + "y" * 50) == {"key"}
    assert not lexicon._telling


def test_no_more_words_are_remembered_than_memory_is_for() -> None:
    lexicon = Lexicon()
    lexicon.add(["77"])
    for start in range(0, _MOST + 1_000, 1_000):
        lexicon.found(" ".join(f"w{number}" for number in range(start, start + 1_000)))
    assert len(lexicon._dull) + len(lexicon._telling) <= _MOST
    assert lexicon.found("w77 w78") == {"77"}
