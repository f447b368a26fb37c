"""Every example in a skill is one that the gateway would accept."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Mapping

import jsonschema
import pytest

from agentport_harness.surfaces.ap_flags import read_ap_use
from agentport_harness.surfaces.outcome_names import OUTCOME_NAMES
from tests.skills.bundle import NAMES, fences, texts
from tests.skills.surface import META_TOOLS

CALLS = [(name, *fence) for name in NAMES for fence in fences(name) if fence[1] == "json"]
SHELL = [(name, fence[3]) for name in NAMES for fence in fences(name) if fence[1] == "sh"]
NAMED = re.compile(r"`(?:tools\.)?(?:mcp__agentport__)?(agentport__\w+)")


def _commands() -> list[list[str]]:
    text = "\n".join(body for _, body in SHELL).replace("\\\n", " ")
    return [shlex.split(line) for line in text.splitlines() if line.strip()]


def _flags(command: list[str]) -> Mapping[str, str]:
    """Flags of an `ap` command with their values; a word that is neither is one too many."""
    use = read_ap_use(command[1:])
    assert use.faults == ()
    return use.options


def test_there_are_examples_of_both_kinds() -> None:
    assert len(CALLS) >= 8
    assert len(_commands()) >= 8


@pytest.mark.parametrize("example", CALLS, ids=lambda example: f"{example[0]}-{example[3]}")
def test_a_json_example_names_a_meta_tool_and_fits_its_arguments(example: tuple[str, ...]) -> None:
    *_, tool, body = example
    jsonschema.validate(json.loads(body), META_TOOLS[tool])


def test_every_example_of_a_call_says_why() -> None:
    bodies = [json.loads(body) for *_, tool, body in CALLS if tool == "agentport__call_tool"]
    assert bodies
    assert all("additional_info" not in body["arguments"] for body in bodies)
    assert all(len(body["additional_info"]) > 40 for body in bodies)


def test_every_shell_example_is_an_ap_command_that_asks_for_json() -> None:
    for command in _commands():
        assert command[0] == "ap"
        assert _flags(command)["-o"] == "json"


def test_every_shell_call_has_json_arguments_and_a_reason() -> None:
    calls = [_flags(command) for command in _commands() if command[1:3] == ["tools", "call"]]
    assert calls
    for flags in calls:
        assert isinstance(json.loads(flags["--args"]), dict)
        assert len(flags["--info"]) > 40


def test_an_approval_url_in_an_example_ends_in_the_request_id_that_is_awaited() -> None:
    for name in ("agentport-mcp", "agentport-cli"):
        text = texts(name)["SKILL.md"]
        (shown,) = set(re.findall(r"https://\S+/approve/([0-9a-f-]{36})", text))
        assert text.count(shown) == 2


@pytest.mark.parametrize("name", NAMES)
def test_every_tool_name_in_the_text_exists(name: str) -> None:
    named = {tool for text in texts(name).values() for tool in NAMED.findall(text)}
    assert named - set(META_TOOLS) <= {"agentport__"}


def test_the_table_of_outcomes_of_the_mcp_skill_has_every_outcome_once() -> None:
    text = texts("agentport-mcp")["SKILL.md"]
    rows = re.findall(r"^\| (.*?) \|", text.split("## Outcomes")[1].split("\n## ")[0], re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(OUTCOME_NAMES)


def test_the_table_of_outcomes_of_the_cli_skill_has_every_exit_code_of_both_commands() -> None:
    text = texts("agentport-cli")["SKILL.md"].split("## Outcomes")[1].split("\n## ")[0]
    for command, codes in {"call": "02", "await-approval": "02"}.items():
        assert {code for code in codes if f"`{command}` exits {code}" in text} == set(codes)
    assert text.count("| exit 1") == 3


def test_toml_examples_are_toml() -> None:
    bodies = [fence[3] for name in NAMES for fence in fences(name) if fence[1] == "toml"]
    assert [tomllib.loads(body)["mcp_servers"]["agentport"]["url"] for body in bodies]


def test_no_fence_is_of_a_kind_that_nothing_checks() -> None:
    assert {fence[1] for name in NAMES for fence in fences(name)} <= {"json", "sh", "toml"}
