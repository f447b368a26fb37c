"""Every sentence that instructs is tied to a rule, and no edit of one goes unnoticed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from agentport_harness.skill_bundle.sentences import QUOTED, sentences
from agentport_harness.skill_bundle.traceability import Traced, faults, rule_facts, traceability_of
from tests.skills.bundle import NAMES, REQUIREMENTS, SKILLS, load_yaml, texts

DATA: dict[str, Any] = load_yaml(SKILLS / "traceability.yaml")
TEXTS = {(name, file): text for name in NAMES for file, text in texts(name).items()}
RECORD = traceability_of(DATA, {})
ENTRIES = RECORD.entries
RULES = rule_facts(load_yaml(REQUIREMENTS))


def _pattern(quote: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(re.escape(word) for word in quote.split()))


def _replaced(entry: Traced, new: str) -> dict[tuple[str, str], str]:
    """The text with the entry's sentence replaced, where its section has it; that file alone."""
    key = (entry.skill, entry.file)
    starts = [found.line for found in sentences(TEXTS[key]) if found.section == entry.section]
    lines = TEXTS[key].splitlines(keepends=True)
    head, rest = "".join(lines[: starts[0] - 1]), "".join(lines[starts[0] - 1 :])
    mutated, count = _pattern(entry.quote).subn(lambda _: new, rest, count=1)
    assert count == 1, f"not verbatim in {key}: {entry.quote}"
    return {**TEXTS, key: head + mutated}


def _inverted(quote: str) -> str:
    """The same sentence, saying the opposite."""
    for ban, demand in (("should not ", "should "), ("must not ", "must "), ("do not ", ""), ("Do not ", ""),
                        ("Never ", ""), ("never ", "")):  # fmt: skip
        if ban in quote:
            bare = quote.replace(ban, demand, 1)
            return bare[0].upper() + bare[1:]
    for demand in ("should ", "must "):
        if demand in quote:
            return quote.replace(demand, f"{demand}not ", 1)
    opening, comma, rest = quote.partition(", ")
    if comma and opening.split()[0] in RECORD.discipline.openings:
        return f"{opening}, do not {rest}"
    return f"Do not {quote[0].lower()}{quote[1:]}"


def test_the_skills_and_their_traceability_agree() -> None:
    assert faults(TEXTS, RECORD, RULES) == []


def test_deleting_any_sentence_is_noticed() -> None:
    assert [entry.quote for entry in ENTRIES if not faults(_replaced(entry, ""), RECORD, RULES)] == []


def test_deleting_the_last_sentence_of_a_rule_together_with_its_entry_is_noticed() -> None:
    for skill in RECORD.surfaces:
        for rule, facts in RULES.items():
            kept = tuple(entry for entry in ENTRIES if entry.skill != skill or rule not in entry.rules)
            if facts.level == "MUST" and len(kept) < len(ENTRIES):
                found = faults(TEXTS, replace(RECORD, entries=kept), RULES)
                assert f"{skill} teaches no sentence of {rule} ({facts.slug})" in found


def test_inverting_any_sentence_is_noticed() -> None:
    survivors = [
        entry.quote for entry in ENTRIES if not faults(_replaced(entry, _inverted(entry.quote)), RECORD, RULES)
    ]
    assert survivors == []


def test_inverting_any_sentence_together_with_its_quotation_is_noticed() -> None:
    survivors = []
    for number, entry in enumerate(ENTRIES):
        changed = replace(entry, quote=_inverted(entry.quote))
        record = replace(RECORD, entries=(*ENTRIES[:number], changed, *ENTRIES[number + 1 :]))
        if not faults(_replaced(entry, changed.quote), record, RULES):
            survivors.append(entry.quote)
    assert survivors == []


def test_softening_any_demand_together_with_its_quotation_is_noticed() -> None:
    survivors = []
    for number, entry in enumerate(ENTRIES):
        if entry.level != "MUST" or entry.polarity != "do":
            continue
        changed = replace(entry, quote=f"You should {entry.quote[0].lower()}{entry.quote[1:]}")
        record = replace(RECORD, entries=(*ENTRIES[:number], changed, *ENTRIES[number + 1 :]))
        if not faults(_replaced(entry, changed.quote), record, RULES):
            survivors.append(entry.quote)
    assert survivors == []


def test_a_new_sentence_that_instructs_is_noticed() -> None:
    key = ("agentport-mcp", "SKILL.md")
    grown = {**TEXTS, key: TEXTS[key] + "\nRetry every denied call once.\n"}
    assert any("not traced" in fault for fault in faults(grown, RECORD, RULES))


def test_every_should_rule_is_taught_on_its_surfaces_too() -> None:
    untaught = [
        (skill, rule)
        for skill, surface in RECORD.surfaces.items()
        for rule, facts in RULES.items()
        if surface in facts.surfaces and not any(e.skill == skill and rule in e.rules for e in ENTRIES)
    ]
    assert untaught == []


def test_a_sentence_says_one_thing_at_one_level() -> None:
    ban = re.compile(r"\b(?:do not|should not|must not|never)\b", re.IGNORECASE)
    leading = re.compile(r"^(?:Do not|Never|You (?:should|must) not)\b|^\w+ [^,]*, do not\b")
    for entry in ENTRIES:
        bans = ban.findall(QUOTED.sub("", entry.quote))
        assert len(bans) == (entry.polarity == "do-not"), entry.quote
        assert bool(leading.search(entry.quote)) == bool(bans), entry.quote


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"rules": ("AP101",), "excluded": "says how to read a result"}, "needs either rules or a reason"),
        ({"rules": ()}, "needs either rules or a reason"),
        ({"rules": (), "excluded": "no reason"}, "for a reason of fewer than 20 characters"),
        ({"rules": ("AP999",)}, "names AP999, which is no rule"),
        ({"rules": ("AP107",)}, "is MUST, and AP107 is SHOULD"),
        ({"level": "SHOULD"}, "recorded as SHOULD, reads as MUST"),
        ({"polarity": "do-not"}, "recorded as do-not, reads as do"),
    ],
)
def test_an_entry_that_does_not_fit_its_sentence_is_noticed(entry: dict[str, Any], fault: str) -> None:
    taught = next(e for e in ENTRIES if e.rules == ("AP108",) and e.polarity == "do-not")
    demand = next(e for e in ENTRIES if "AP101" in e.rules and e.level == "MUST")
    base = demand if "level" in entry or "polarity" in entry else taught
    record = replace(RECORD, entries=(*[e for e in ENTRIES if e is not base], replace(base, **entry)))
    assert any(fault in told for told in faults(TEXTS, record, RULES))
