"""The rules of the harness, the requirements and the skills know each other by the same names."""

from __future__ import annotations

import pytest

from agentport_harness.core.rule import Rule
from agentport_harness.runner.catalogue import agent_rules
from tests.skills.bundle import SKILLS, load_yaml, rules

TAUGHT = {
    (rule, f"{entry['skill']}#{entry['section']}")
    for entry in load_yaml(SKILLS / "traceability.yaml")["sentences"]
    if entry["file"] == "SKILL.md"
    for rule in entry.get("rules", ())
}


@pytest.mark.parametrize("rule", agent_rules(), ids=lambda rule: rule.slug)
def test_a_rule_has_the_slug_and_level_of_its_requirement(rule: Rule) -> None:
    assert (rule.slug, rule.level) == (rules()[rule.id]["slug"], rules()[rule.id]["level"])


@pytest.mark.parametrize("rule", agent_rules(), ids=lambda rule: rule.slug)
def test_a_rule_points_to_sections_that_teach_it(rule: Rule) -> None:
    assert rule.taught_in
    assert {(rule.id, section) for section in rule.taught_in} <= TAUGHT
