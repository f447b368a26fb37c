"""docs/conventions.md and requirements.yaml say the same, in both directions."""

from __future__ import annotations

import re

import pytest

from agentport_harness.skill_bundle.sentences import QUOTED, sentences
from tests.skills.bundle import CONVENTIONS, REQUIREMENTS, load_yaml

PAGE = CONVENTIONS.read_text(encoding="utf-8")
DATA = load_yaml(REQUIREMENTS)
RULES = DATA["rules"]
KEY_WORD = re.compile(r"\b(MUST|SHOULD|MAY)( NOT)?\b")
CATALOGUE = (
    [f"AP1{n:02}" for n in range(1, 18)]
    + [f"AP2{n:02}" for n in range(1, 8)]
    + [f"AP3{n:02}" for n in range(1, 8)]
    + [f"AP4{n:02}" for n in range(1, 5)]
)


def _binding() -> list[tuple[str, str, str, str]]:
    found = []
    for sentence in sentences(PAGE):
        marks = KEY_WORD.findall(QUOTED.sub("", sentence.text))
        if marks:
            (level,) = {level for level, _ in marks}
            (negated,) = {negated for _, negated in marks}
            found.append((sentence.section, sentence.text, level, "do-not" if negated else "do"))
    return found


def _section(slug: str) -> str:
    return re.split(r"^#{2,3} ", PAGE.split(f"\n### {slug}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def _paragraph(slug: str, label: str) -> str:
    return " ".join(_section(slug).split(f"**{label}.** ", 1)[1].split("\n\n", 1)[0].split())


def test_every_rule_of_the_catalogue_is_there_once() -> None:
    assert sorted(RULES) == CATALOGUE
    assert len({facts["slug"] for facts in RULES.values()}) == len(CATALOGUE)


def test_every_binding_sentence_is_listed_verbatim_and_nothing_else_is() -> None:
    assert [(e["section"], e["quote"], e["level"], e["polarity"]) for e in DATA["sentences"]] == _binding()


def test_every_sentence_has_known_rules_of_its_level_or_a_reason() -> None:
    for entry in DATA["sentences"]:
        assert ("rules" in entry) != ("excluded" in entry), entry["quote"]
        for rule in entry.get("rules", ()):
            assert RULES[rule]["level"] == entry["level"], entry["quote"]


def test_every_rule_has_a_sentence_of_its_own_section() -> None:
    covered = {(entry["section"], rule) for entry in DATA["sentences"] for rule in entry.get("rules", ())}
    assert {(facts["slug"], rule) for rule, facts in RULES.items()} <= covered


@pytest.mark.parametrize("rule", CATALOGUE)
def test_the_section_of_a_rule_states_id_level_and_surfaces(rule: str) -> None:
    facts = RULES[rule]
    stated = _section(facts["slug"]).strip().splitlines()[0]
    assert stated == f"`{rule} · {facts['level']} · {', '.join(facts['surfaces'])}`"


@pytest.mark.parametrize("rule", CATALOGUE)
@pytest.mark.parametrize("label", ["Why", "Mend", "Boundary"])
def test_the_section_of_a_rule_tells_the_human_s_side_the_cure_and_the_border(rule: str, label: str) -> None:
    assert len(_paragraph(RULES[rule]["slug"], label)) > 20


def test_links_between_rules_resolve() -> None:
    slugs = {facts["slug"] for facts in RULES.values()}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= slugs
