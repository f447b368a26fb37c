"""The rules of the harness, the requirements and the skills know each other by the same names."""

from __future__ import annotations

import json

import pytest

from agentport_harness.cli.main import main
from agentport_harness.core.rule import Rule
from agentport_harness.runner.bindings import requirements
from agentport_harness.runner.catalogue import agent_rules
from tests.skills.bundle import rules


@pytest.mark.parametrize("rule", agent_rules(), ids=lambda rule: rule.slug)
def test_a_rule_has_the_slug_and_level_of_its_requirement(rule: Rule) -> None:
    assert (rule.slug, rule.level) == (rules()[rule.id]["slug"], rules()[rule.id]["level"])


@pytest.mark.parametrize("rule", rules())
def test_every_rule_is_taught_somewhere(rule: str) -> None:
    assert requirements()[rule].taught


@pytest.mark.parametrize("rule", rules())
def test_explain_prints_every_sentence_that_asks_for_the_rule_or_teaches_it(
    rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", rule]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    required = requirements()[rule]
    assert required.asked
    for said in (*required.asked, *required.taught):
        assert f"{said.level} {said.text}" in printed
        assert said.where in printed


def test_the_list_of_rules_holds_the_sentences_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--select", "AP1", "--format", "json"]) == 0
    listed = {rule["id"]: rule for rule in json.loads(capsys.readouterr().out)}
    assert [said["text"] for said in listed["AP107"]["asked_in"]] == [
        "The message that carries the URL SHOULD say what will run, on what, and why."
    ]
    assert listed["AP109"]["surfaces"] == ["direct", "mcp"]
    assert all(rule["taught_in"] for rule in listed.values())


def test_a_check_of_skills_is_listed_and_explained_without_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--select", "SK101", "--format", "json"]) == 0
    assert "asked_in" not in json.loads(capsys.readouterr().out)[0]
    assert main(["explain", "SK101"]) == 0
    assert "Asked in" not in capsys.readouterr().out


def test_explain_says_where_the_skills_teach_a_rule_now(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "AP109"]) == 0
    assert "Taught in\n  agentport-mcp#outcomes\n    MUST " in capsys.readouterr().out
