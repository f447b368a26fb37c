"""Evals grade themselves by rule ids, and triggers say which skill should load."""

from __future__ import annotations

from typing import Any

import pytest

from tests.skills.bundle import EVALS, NAMES, SKILLS, load_json, rules

SURFACES = {"agentport-overview": {"mcp", "shell"}, "agentport-mcp": {"mcp"}, "agentport-cli": {"shell"}}
TOOLS = {"agentport__* over MCP", "ap in a shell", "neither"}


def _evals(name: str) -> list[dict[str, Any]]:
    data = load_json(EVALS / name / "evals.json")
    assert (data["format"], data["skill"]) == ("agentport-evals/1", name)
    return data["evals"]


def _triggers(name: str) -> list[dict[str, Any]]:
    data = load_json(EVALS / name / "triggers.json")
    assert (data["format"], data["skill"]) == ("agentport-triggers/1", name)
    return data["prompts"]


def test_every_skill_has_its_evals_outside_the_folder_that_is_installed() -> None:
    assert sorted(path.name for path in EVALS.iterdir()) == sorted(NAMES)
    assert list(SKILLS.rglob("evals*")) == []


@pytest.mark.parametrize("name", NAMES)
def test_an_eval_has_a_task_an_expectation_and_rules_of_its_surface(name: str) -> None:
    evals = _evals(name)
    assert len({entry["id"] for entry in evals}) == len(evals) >= 5
    for entry in evals:
        assert set(entry) == {"id", "setting", "task", "expected", "assertions"}
        assert all(entry[key] for key in entry)
        assert len(set(entry["assertions"])) == len(entry["assertions"])
        for rule in entry["assertions"]:
            assert SURFACES[name] & set(rules()[rule]["surfaces"]), (entry["id"], rule)


def test_every_rule_is_asserted_by_some_eval() -> None:
    asserted = {rule for name in NAMES for entry in _evals(name) for rule in entry["assertions"]}
    assert set(rules()) - asserted == set()


@pytest.mark.parametrize("name", NAMES)
def test_half_of_at_least_twenty_prompts_are_near_misses(name: str) -> None:
    prompts = _triggers(name)
    assert len(prompts) >= 20
    assert sum(entry["near_miss"] for entry in prompts) * 2 == len(prompts)


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_says_what_is_at_hand_and_what_should_load(name: str) -> None:
    prompts = _triggers(name)
    assert len({(entry["prompt"], entry["tools"]) for entry in prompts}) == len(prompts)
    for entry in prompts:
        assert set(entry) == {"prompt", "tools", "load", "near_miss"}
        assert set(entry["load"]) <= set(NAMES)
        assert entry["tools"] in TOOLS
        assert entry["near_miss"] == (name not in entry["load"])


def test_files_agree_on_a_prompt_that_several_of_them_have() -> None:
    wanted: dict[tuple[str, str], list[str]] = {}
    for name in NAMES:
        for entry in _triggers(name):
            assert wanted.setdefault((entry["prompt"], entry["tools"]), entry["load"]) == entry["load"]


@pytest.mark.parametrize("name", NAMES)
def test_near_misses_include_prompts_that_belong_to_a_sibling(name: str) -> None:
    assert any(entry["near_miss"] and entry["load"] for entry in _triggers(name))
