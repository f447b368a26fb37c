"""Every sentence that instructs is tied to a rule, and no edit of one goes unnoticed."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from tests.skills.bundle import NAMES, SKILLS, SURFACE, load_yaml, rules, texts
from tests.skills.sentences import QUOTED, Discipline, sentences
from tests.skills.traceability import discipline, faults

DATA: dict[str, Any] = load_yaml(SKILLS / "traceability.yaml")
TEXTS = {(name, file): text for name in NAMES for file, text in texts(name).items()}
MARKS: Discipline = discipline(DATA)
ENTRIES: list[dict[str, Any]] = DATA["sentences"]


def _pattern(quote: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(re.escape(word) for word in quote.split()))


def _replaced(entry: dict[str, Any], new: str) -> dict[tuple[str, str], str]:
    """The texts with the entry's sentence replaced, where its section has it."""
    key = (entry["skill"], entry["file"])
    starts = [found.line for found in sentences(TEXTS[key]) if found.section == entry["section"]]
    lines = TEXTS[key].splitlines(keepends=True)
    head, rest = "".join(lines[: starts[0] - 1]), "".join(lines[starts[0] - 1 :])
    mutated, count = _pattern(entry["quote"]).subn(lambda _: new, rest, count=1)
    assert count == 1, f"not verbatim in {key}: {entry['quote']}"
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
    if comma and opening.split()[0] in MARKS.openings:
        return f"{opening}, do not {rest}"
    return f"Do not {quote[0].lower()}{quote[1:]}"


def test_the_skills_and_their_traceability_agree() -> None:
    assert faults(TEXTS, DATA, rules(), SURFACE) == []


def test_deleting_any_sentence_is_noticed() -> None:
    survivors = [e["quote"] for e in ENTRIES if not faults(_replaced(e, ""), DATA, rules(), SURFACE)]
    assert survivors == []


def test_inverting_any_sentence_is_noticed() -> None:
    survivors = [
        entry["quote"]
        for entry in ENTRIES
        if not faults(_replaced(entry, _inverted(entry["quote"])), DATA, rules(), SURFACE)
    ]
    assert survivors == []


def test_inverting_any_sentence_together_with_its_quotation_is_noticed() -> None:
    survivors = []
    for number, entry in enumerate(ENTRIES):
        data = copy.deepcopy(DATA)
        data["sentences"][number]["quote"] = _inverted(entry["quote"])
        if not faults(_replaced(entry, _inverted(entry["quote"])), data, rules(), SURFACE):
            survivors.append(entry["quote"])
    assert survivors == []


def test_a_new_sentence_that_instructs_is_noticed() -> None:
    key = ("agentport-mcp", "SKILL.md")
    grown = {**TEXTS, key: TEXTS[key] + "\nRetry every denied call once.\n"}
    assert any("not traced" in fault for fault in faults(grown, DATA, rules(), SURFACE))


@pytest.mark.parametrize("skill", SURFACE)
def test_a_must_rule_that_loses_its_teaching_is_noticed(skill: str) -> None:
    for rule, facts in rules().items():
        if facts["level"] == "MUST" and SURFACE[skill] in facts["surfaces"]:
            kept = [e for e in ENTRIES if e["skill"] != skill or rule not in e.get("rules", ())]
            found = faults(TEXTS, {**DATA, "sentences": kept}, rules(), SURFACE)
            assert f"{skill} teaches no sentence of {rule} ({facts['slug']})" in found


def test_every_should_rule_is_taught_on_its_surfaces_too() -> None:
    untaught = [
        (skill, rule)
        for skill, surface in SURFACE.items()
        for rule, facts in rules().items()
        if surface in facts["surfaces"] and not any(e["skill"] == skill and rule in e.get("rules", ()) for e in ENTRIES)
    ]
    assert untaught == []


def test_a_sentence_says_one_thing_at_one_level() -> None:
    ban = re.compile(r"\b(?:do not|should not|must not|never)\b", re.IGNORECASE)
    leading = re.compile(r"^(?:Do not|Never|You (?:should|must) not)\b|^\w+ [^,]*, do not\b")
    for entry in ENTRIES:
        bans = ban.findall(QUOTED.sub("", entry["quote"]))
        assert len(bans) == (entry["polarity"] == "do-not"), entry["quote"]
        assert bool(leading.search(entry["quote"])) == bool(bans), entry["quote"]


def test_an_excluded_sentence_says_why() -> None:
    assert [e for e in ENTRIES if "excluded" in e and len(e["excluded"]) < 20] == []
