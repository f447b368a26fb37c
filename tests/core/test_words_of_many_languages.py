"""The words of sixteen languages side by side: a plain word of one is no claim and no denial in another."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentport_harness.core.claims import done_clauses, tells_denial
from agentport_harness.core.effects import VERBS
from agentport_harness.core.languages import LANGUAGES
from agentport_harness.core.text import any_of, unquoted

SOURCES = [language.open for language in LANGUAGES] + [language.denied for language in LANGUAGES]
WORDS = st.sampled_from(
    [
        "the",
        "refund",
        "was",
        "denied",
        "not",
        "yet",
        "pending",
        "wird",
        "nicht",
        "abgelehnt",
        "en",
        "attente",
        "refusé",
        "sin",
        "aprobar",
        "rechazado",
        "拒绝",
        "ошибка",
        "?",
        ",",
        ".",
        "done",
        "if\n'll",
        "n't",
        "12",
        "may",
    ]
)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_an_english_wish_to_do_something_claims_nothing_in_any_language(verb: str) -> None:
    assert done_clauses(f"I would like to {verb} the thing that was asked for") == []


@pytest.mark.parametrize("word", ["elaborate", "terminate", "mandate", "unite", "eliminate", "negative", "Reddit"])
def test_an_english_word_is_no_participle_of_another_language(word: str) -> None:
    assert done_clauses(f"The page is about {word} in this example") == []
    assert not tells_denial(f"The page is about {word} in this example")


@pytest.mark.parametrize("text", ["The minutes of 12 May were saved.", "It was sent on 3. May.", "Filed on May 12."])
def test_the_month_of_may_keeps_no_clause_from_claiming(text: str) -> None:
    assert done_clauses(text)


@given(st.lists(WORDS, max_size=12).map(" ".join), st.sampled_from(SOURCES))
def test_alternatives_with_a_shared_edge_are_found_where_the_plain_ones_are(text: str, source: str) -> None:
    assert bool(any_of(source).search(text)) == bool(re.search(source, text))


def test_no_alternative_is_found_nowhere() -> None:
    assert any_of().search("anything") is None
    assert any_of("").search("anything") is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Post “Deploy finished” now", "Post   now"),
        ('Post "Deploy finished" now', "Post   now"),
        ("Post „Deploy finished“ now", "Post   now"),
        ("Post «Deploy finished» now", "Post   now"),
        ("Post `deploy finished` now", "Post   now"),
        ("「デプロイ完了」を投稿", " を投稿"),
        ("Post 'Deploy finished' now", "Post   now"),
        ("It's the user's wish, isn't it", "It's the user's wish, isn't it"),
        ('a 5" screen\nand a 7" one', 'a 5" screen\nand a 7" one'),
    ],
)
def test_what_a_text_quotes_is_taken_out_of_it(text: str, left: str) -> None:
    assert unquoted(text) == left
