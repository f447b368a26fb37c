"""The rules of the harness, the requirements and the skills know each other by the same names."""

from __future__ import annotations

import pytest

from agentport_harness.cli.main import main
from agentport_harness.core.rule import Rule
from agentport_harness.runner.catalogue import agent_rules, taught_in
from tests.skills.bundle import rules


@pytest.mark.parametrize("rule", agent_rules(), ids=lambda rule: rule.slug)
def test_a_rule_has_the_slug_and_level_of_its_requirement(rule: Rule) -> None:
    assert (rule.slug, rule.level) == (rules()[rule.id]["slug"], rules()[rule.id]["level"])


@pytest.mark.parametrize("rule", rules())
def test_every_rule_is_taught_somewhere(rule: str) -> None:
    assert taught_in()[rule]


def test_explain_says_where_the_skills_teach_a_rule_now(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "AP109"]) == 0
    assert "Taught in\n  agentport-mcp#outcomes\n" in capsys.readouterr().out
