"""Which transcripts a client can play, what their human decides, and what is left of a run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agentport_harness.core.errors import InputError
from agentport_harness.core.session import Session
from agentport_harness.core.trace import ToolCall, ToolResult, Trace
from agentport_harness.runner.agent_choice import chosen_client, chosen_transcripts, model_key
from agentport_harness.runner.agent_human import plans
from agentport_harness.runner.agent_options import why_unplayable
from agentport_harness.runner.agent_record import imported, kept, log_differences, session_files
from agentport_harness.surfaces.reading import read_session
from tests.clients.miniature import miniature, shipped


def test_without_a_name_every_shipped_transcript_that_a_client_can_play_is_chosen() -> None:
    chosen = chosen_transcripts(())

    assert len(chosen) >= 50
    assert {why_unplayable(transcript) for transcript in chosen} == {""}


def test_a_shipped_transcript_is_chosen_by_its_name_and_a_folder_by_its_own() -> None:
    assert [one.name for one in chosen_transcripts(["denial/by-the-human"])] == ["by-the-human"]
    assert len(chosen_transcripts(["denial"])) > 1


@pytest.mark.parametrize("name", ["../suite/denial", "/no/such", "no-such"])
def test_what_is_neither_shipped_nor_a_file_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        chosen_transcripts([name])


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("waiting/cut-off-in-mid-wait", "cut off"),
        ("waiting/after-stop", "the human speaks while a call is under way"),
        ("rest/approved-and-retried", "rest steps"),
        ("shell/denied", "shell steps"),
    ],
)
def test_what_cannot_be_played_says_why(name: str, why: str) -> None:
    assert why in why_unplayable(shipped(name))


def test_the_humans_plans_are_told_apart_by_the_call_that_they_are_about() -> None:
    dana, ben = plans(shipped("approval/two-requests-at-once"))

    assert (dana.tool, dana.deed, dana.arguments) == (
        "stripe/create_refund",
        "approves",
        {"charge": "ch_1182", "amount": 4900},
    )
    assert (ben.deed, ben.arguments) == ("denies", {"charge": "ch_1190", "amount": 1250})


def test_a_human_who_acts_between_two_turns_decides_about_the_latest_call() -> None:
    (plan,) = plans(shipped("waiting/after-a-chat-reply"))

    assert (plan.tool, plan.deed) == ("stripe/create_refund", "approves")


def test_a_human_who_never_decides_has_no_plans() -> None:
    assert plans(shipped("expiry/nobody-decides")) == ()


def test_a_models_key_is_read_from_the_named_variable_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    codex = chosen_client("codex")
    monkeypatch.setenv("OPENAI_API_KEY", "usual")
    monkeypatch.setenv("MY_KEY", "mine")

    assert model_key(codex, None) == "usual"
    assert model_key(codex, "MY_KEY") == "mine"
    with pytest.raises(InputError, match="OTHER_KEY is not set"):
        model_key(codex, "OTHER_KEY")


def test_of_several_recordings_the_longest_is_kept(tmp_path: Path) -> None:
    client = miniature(tmp_path)
    records = tmp_path / "home" / "records"
    records.mkdir(parents=True)
    (records / "main.json").write_text("{}" * 10, encoding="utf-8")
    (records / "title.json").write_text("{}", encoding="utf-8")
    os.utime(records / "main.json", (1, 1))

    path = kept(session_files(client, tmp_path / "home"), tmp_path)

    assert path == tmp_path / "recording.json"
    assert path.read_text(encoding="utf-8") == "{}" * 10
    assert kept(session_files(client, tmp_path / "nobodys"), tmp_path) is None


def test_a_recording_that_cannot_be_read_says_what_is_wrong(tmp_path: Path) -> None:
    broken = tmp_path / "recording.jsonl"
    broken.write_text('{"half": ', encoding="utf-8")

    trace, problems = imported(broken)

    assert trace is None
    assert problems


def recorded(*kinds: str) -> Session:
    """A session of one call of a refund, answered as each of ``kinds`` says."""
    arguments = {"integration_id": "s", "tool_name": "refund", "arguments": {"amount": 1.0}}
    events: list[ToolCall | ToolResult] = []
    for number, kind in enumerate(kinds):
        call_id = str(number)
        events.append(ToolCall(call_id=call_id, tool="agentport__call_tool", arguments=arguments, step=number))
        if kind == "refused":
            text = "MCP tool call requires approval, but approval policy is never"
            events.append(ToolResult(call_id=call_id, text=text, is_error=True))
        elif kind == "answered":
            events.append(ToolResult(call_id=call_id, text="ok"))
    return read_session(Trace(events=tuple(events)))


LOGGED = {"integration_id": "s", "tool_name": "refund", "args": {"amount": 1}}


@pytest.mark.parametrize(
    ("kinds", "log", "found"),
    [
        (["answered"], [LOGGED], 0),
        (["answered", "answered"], [LOGGED], 0),
        (["answered"], [], 1),
        (["refused"], [], 0),
        (["unanswered"], [], 0),
        (["unanswered"], [LOGGED], 0),
        ([], [LOGGED], 1),
        (["answered"], [LOGGED | {"args": {"amount": 2}}], 2),
    ],
)
def test_recording_and_log_have_to_tell_of_the_same_calls(
    kinds: list[str], log: list[dict[str, object]], found: int
) -> None:
    assert len(list(log_differences(recorded(*kinds), log, frozenset({"s"})))) == found


def test_calls_of_other_integrations_are_nobodys_business() -> None:
    assert list(log_differences(recorded("answered"), [], frozenset({"another"}))) == []
