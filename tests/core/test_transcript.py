"""A transcript has the name of its file, and knows whether a shell is needed to run it."""

from __future__ import annotations

import pytest

from agentport_harness.core.transcript import Act, HumanAct, Say, Together, Transcript, TurnScript, UpstreamCheck

SHELL = Act(kind="shell", name="bash", arguments={}, pointer="")
TOOL = Act(kind="tool", name="agentport__call_tool", arguments={}, pointer="")


def transcript(*parts: Say | Act) -> Transcript:
    steps = (HumanAct(deed="approves"), Together(parts=parts), UpstreamCheck(tool="x", calls=0, pointer=""))
    turn = TurnScript(human="go", steps=steps)
    return Transcript(path="a/b/refund.transcript.yaml", title="t", integrations=(), turns=(turn,), verdict=frozenset())


@pytest.mark.parametrize(
    ("parts", "shells"),
    [((), False), ((Say(text="hi", pointer=""), TOOL), False), ((Say(text="hi", pointer=""), TOOL, SHELL), True)],
)
def test_a_shell_is_needed_where_any_step_runs_a_command(parts: tuple[Say | Act, ...], shells: bool) -> None:
    assert transcript(*parts).shells is shells


def test_a_transcript_is_named_after_its_file() -> None:
    assert transcript().name == "refund"
