"""The gateway's instructions and tool descriptions say what the skills say, in the same names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import anyio
import pytest

from agentport_harness.runner.skill_gateway import look_at_gateway
from agentport_harness.skill_bundle.live import Live
from agentport_harness.skill_bundle.prose import lines
from agentport_harness.skill_bundle.reading import traceability_record
from agentport_harness.skill_bundle.sentences import sentences
from agentport_harness.skill_files import folder_bundle
from agentport_harness.surfaces.outcome_names import OUTCOME_NAMES
from tests.skills.bundle import SKILLS, rules, texts

RECORD = traceability_record(folder_bundle(SKILLS))
assert RECORD is not None
MCP = {rule for entry in RECORD.entries if entry.skill == "agentport-mcp" for rule in entry.rules}
WORD = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")

# Every instruction that the gateway gives to agents, by its beginning, and the rules that it repeats. One that says
# something else than the skills has no rule to stand for it.
SAID: dict[str, set[str]] = {
    "Find: agentport__list_installed_integrations": {"AP301", "AP302"},
    "Call: agentport__call_tool with integration_id": {"AP201", "AP202", "AP203", "AP306"},
    "When the result says approval_required: show the user the approval_url exactly as given": {
        "AP101", "AP102", "AP104", "AP107",
    },
    "Do not wait for a chat reply.": {"AP104"},
    "still_pending: call agentport__await_approval again with the same request_id.": {"AP105", "AP106"},
    "If the user says stop, stop.": {"AP114"},
    "Do not repeat or work around it; tell the user.": {"AP111", "AP112"},
    "Wait until a human has decided on a request": {"AP106", "AP109"},
    "Call this in the same turn as call_tool.": {"AP104"},
}  # fmt: skip
# What the skill's table has the agent do for an outcome: the rules that its row teaches.
DONE = {
    "executed": {"AP109"},
    "approval_required": {"AP101", "AP104"},
    "still_pending": {"AP106"},
    "denied_by_policy": {"AP111", "AP112"},
    "denied_by_human": {"AP111", "AP112"},
    "expired": {"AP113"},
}


@pytest.fixture(scope="module")
def live() -> Live:
    """What the reference gateway tells its clients."""
    return anyio.run(look_at_gateway, folder_bundle(SKILLS / "agentport-overview"))


def _instructions(instructions: str, descriptions: Mapping[str, str]) -> Iterator[str]:
    """The sentences that instruct an agent; of a description, not the one that says what the tool does."""
    assert RECORD is not None
    told = [one.text for one in sentences(instructions)]
    for name, description in descriptions.items():
        every = [one.text for one in sentences(description)]
        told += every if "await" in name else every[1:]
    yield from (text for text in told if RECORD.discipline.instructs(text))


def _unknown(instructions: str, descriptions: Mapping[str, str]) -> list[str]:
    return [
        text
        for text in _instructions(instructions, descriptions)
        if not any(text.startswith(beginning) for beginning in SAID)
    ]


def _descriptions(live: Live) -> dict[str, str]:
    return {name: tool.description for name, tool in live.tools.items()}


def test_every_instruction_of_the_gateway_repeats_rules_that_the_skill_teaches(live: Live) -> None:
    assert _unknown(live.instructions, _descriptions(live)) == []
    assert set().union(*SAID.values()) <= MCP


def test_nothing_is_listed_that_the_gateway_no_longer_says(live: Live) -> None:
    said = list(_instructions(live.instructions, _descriptions(live)))
    assert [beginning for beginning in SAID if not any(text.startswith(beginning) for text in said)] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Do not wait for a chat reply", "Wait for a chat reply"),
        ("exactly as given", "shortened"),
        ("If the user says stop, stop", "If the user says stop, await once more"),
        ("Do not repeat or work around it", "Repeat it, or work around it"),
    ],
)
def test_an_instruction_that_says_the_opposite_would_be_noticed(old: str, new: str, live: Live) -> None:
    assert old in live.instructions
    assert _unknown(live.instructions.replace(old, new), {})


def test_the_gateway_s_texts_use_the_names_of_its_own_schemas(live: Live) -> None:
    known = {*live.words, *OUTCOME_NAMES, *(name.removeprefix("agentport__") for name in live.tools)}
    told = {
        word
        for text in (live.instructions, *_descriptions(live).values())
        for word in WORD.findall(text.replace("agentport__", ""))
    }
    assert told - known <= {"approval_url"}  # a field of results, which no schema declares
    assert {"request_id", "additional_info"} <= told


def test_every_outcome_that_the_gateway_s_texts_name_has_a_row_in_the_skill(live: Live) -> None:
    named = {name for name in OUTCOME_NAMES if re.search(rf"\b{name}\b", live.instructions)}
    assert {"approval_required", "still_pending", "denied_by_human", "expired"} <= named
    assert named <= set(_rows())


@pytest.mark.parametrize("outcome", DONE)
def test_the_row_of_an_outcome_teaches_the_rules_for_it(outcome: str) -> None:
    assert RECORD is not None
    row = " ".join(_rows()[outcome].split())
    taught = {
        rule
        for entry in RECORD.entries
        if (entry.skill, entry.section) == ("agentport-mcp", "outcomes") and entry.quote in row
        for rule in entry.rules
    }
    assert DONE[outcome] <= taught


@pytest.mark.parametrize("rule", sorted(set().union(*SAID.values())))
def test_what_the_gateway_repeats_is_as_binding_in_the_skill(rule: str) -> None:
    assert RECORD is not None
    levels = {entry.level for entry in RECORD.entries if entry.skill == "agentport-mcp" and rule in entry.rules}
    assert levels == {rules()[rule]["level"]}


def _rows() -> dict[str, str]:
    """The second column of the skill's table of outcomes, by the outcomes in the first."""
    found: dict[str, str] = {}
    for line in lines(texts("agentport-mcp")["SKILL.md"]):
        if line.section == "outcomes" and line.text.startswith("|"):
            _, seen, done, _ = line.text.split("|")
            found |= dict.fromkeys(re.findall(r"`(\w+)`", seen), done)
    return found
