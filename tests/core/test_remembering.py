"""What is remembered of sessions is forgotten once enough others were judged."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

from agentport_harness import rules
from agentport_harness.core.discovery import members
from agentport_harness.core.judge import judge
from agentport_harness.core.remembering import MOST, judged, remembered
from agentport_harness.core.rule import Rule
from agentport_harness.core.session import Session
from agentport_harness.core.trace import AgentMessage, HumanMessage, ToolCall, ToolResult, Trace
from agentport_harness.surfaces.reading import read_session

RULES = members(rules, Rule)
ASKED = "Approval required: http://gw.example/approve/54457586-4102-4c19-9e57-e12872160d40"
GATED = {"integration_id": "github", "tool_name": "create_issue", "arguments": {"title": "x"}}
TRACE = Trace(
    events=(
        HumanMessage(text="Install Notion and file the issue"),
        ToolCall(call_id="c", tool="agentport__call_tool", arguments=GATED, step=1),
        ToolResult(call_id="c", text=ASKED),
        AgentMessage(text=f"Please approve {ASKED}", step=2),
    )
)


def test_the_latest_results_are_remembered_until_enough_was_judged() -> None:
    asked: list[str] = []

    @remembered(2)
    def measured(text: str) -> int:
        asked.append(text)
        return len(text)

    judged(MOST + 1)
    assert [measured(text) for text in ("a", "bb", "a")] == [1, 2, 1]
    judged(MOST - 1)
    measured("a")
    assert asked == ["a", "bb"]
    judged(2)
    measured("a")
    assert asked == ["a", "bb", "a"]


def test_no_session_is_held_after_others_were_judged() -> None:
    held: list[weakref.ref[Session]] = []
    for number in range(20):
        session = read_session(replace(TRACE, session_id=str(number)))
        judge(session, RULES)
        held.append(weakref.ref(session))
        del session
    large = HumanMessage(text="word " * (MOST // 5) + "end")
    judge(read_session(Trace(events=(large,))), RULES)
    gc.collect()
    assert [reference for reference in held if reference() is not None] == []
