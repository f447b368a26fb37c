"""Sentences are found where they stand, and marks decide which of them instruct."""

from __future__ import annotations

import pytest

from agentport_harness.skill_bundle.sentences import sentences, slug
from agentport_harness.skill_bundle.traceability import traceability_of
from tests.skills.bundle import SKILLS, load_yaml

MARKS = traceability_of(load_yaml(SKILLS / "traceability.yaml"), {}).discipline


def test_front_matter_fences_headings_quotes_and_table_heads_hold_no_sentences() -> None:
    text = "---\nname: x\n---\n\n# Show it\n\n```sh\nStop.\n```\n\n> Stop.\n\n| show | tell |\n| --- | --- |"
    assert list(sentences(text)) == []


def test_a_wrapped_paragraph_gives_whole_sentences_with_their_section() -> None:
    found = list(sentences("## Share, then wait\n\nShow the\nURL. Then\n wait.\n"))
    assert [(s.text, s.section, s.line) for s in found] == [
        ("Show the URL.", "share-then-wait", 3),
        ("Then wait.", "share-then-wait", 4),
    ]


def test_list_items_and_table_cells_stand_alone() -> None:
    found = list(sentences("- Show it\n  whole\n- Wait\n2. Stop\n\n| a | b |\n| --- | --- |\n| pending | Await. |\n"))
    assert [s.text for s in found] == ["Show it whole", "Wait", "Stop", "pending", "Await."]


def test_a_number_at_the_end_of_a_sentence_is_not_a_list_item() -> None:
    assert [s.text for s in sentences("Tried with 2.1.330. Trust it.")] == [
        "Tried with 2.1.330.",
        "Trust it.",
    ]


def test_a_heading_gets_the_anchor_that_github_gives_it() -> None:
    assert slug("Denied, and what you report") == "denied-and-what-you-report"
    assert slug("additional_info") == "additional_info"


@pytest.mark.parametrize(
    ("sentence", "level", "polarity"),
    [
        ("Show the URL.", "MUST", "do"),
        ("After a denial, stop.", "MUST", "do"),
        ("The gateway is down; tell the human.", "MUST", "do"),
        ("You must show it.", "MUST", "do"),
        ("You must not show it.", "MUST", "do-not"),
        ("Never show it.", "MUST", "do-not"),
        ("After a denial, do not call.", "MUST", "do-not"),
        ("The message should say why.", "SHOULD", "do"),
        ("You should not ask.", "SHOULD", "do-not"),
    ],
)
def test_a_marked_sentence_instructs(sentence: str, level: str, polarity: str) -> None:
    assert MARKS.instructs(sentence)
    assert (MARKS.level(sentence), MARKS.polarity(sentence)) == (level, polarity)


@pytest.mark.parametrize(
    "sentence",
    [
        "The wait is a call of its own.",
        'The refusal reads "approval policy is never" in Codex.',
        "`never` is a value of the setting.",
        "After a denial, nothing runs.",
        "await a decision",
    ],
)
def test_a_sentence_without_a_mark_does_not_instruct(sentence: str) -> None:
    assert not MARKS.instructs(sentence)
