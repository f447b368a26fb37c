"""What the gateway told of its tools is read from every shape in which it tells it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from agentport_harness.core.schemas import described_schema, documents, named_anywhere, offered, schema_was_read
from agentport_harness.core.session import Session
from agentport_harness.core.trace import Event, HumanMessage, ToolCall, ToolResult, Trace
from agentport_harness.surfaces.reading import read_session

SCHEMA = {"type": "object"}
LATE = 99


def session(*looks: tuple[str, dict[str, Any], Any]) -> Session:
    """A session of looks, each a tool, its arguments, and its answer (a text, or what is structured)."""
    events: list[Event] = [HumanMessage(text="Hello.")]
    for number, (tool, arguments, answer) in enumerate(looks):
        call_id = f"c{number}"
        text, structured = (answer, None) if isinstance(answer, str) else ("", answer)
        events.append(ToolCall(call_id=call_id, tool=tool, arguments=arguments, step=number + 1))
        events.append(ToolResult(call_id=call_id, text=text, structured=structured))
    return read_session(Trace(events=tuple(events)))


def described(answer: Any) -> Session:
    return session(("agentport__describe_tool", {"integration_id": "s", "tool_name": "t"}, answer))


def listed(answer: Any, **arguments: Any) -> Session:
    return session(("agentport__list_integration_tools", arguments, answer))


@pytest.mark.parametrize(
    "answer",
    [
        {"integration_id": "s", "tool": {"name": "t", "inputSchema": SCHEMA}},
        json.dumps({"integration_id": "s", "tool": {"name": "t", "inputSchema": SCHEMA}}),
        json.dumps({"name": "t", "input_schema": SCHEMA}),
        f"Here it is:\n{json.dumps({'tool': {'name': 't', 'parameters': SCHEMA}})}\n",
        f"[warning: old client\n{json.dumps([{'name': 't', 'inputSchema': SCHEMA}])}",
    ],
)
def test_a_schema_is_read_from_any_form(answer: Any) -> None:
    seen = described(answer)
    assert described_schema(seen, "s", "t", before=LATE) == SCHEMA
    assert described_schema(seen, "s", "t", before=1) is None
    assert schema_was_read(seen, "s", "t", before=LATE)
    assert offered(seen, "s", "t", before=LATE) == "yes"


def test_a_description_in_prose_counts_as_read() -> None:
    seen = described("create a thing: takes an amount, in cents")
    assert schema_was_read(seen, "s", "t", before=LATE)
    assert offered(seen, "s", "t", before=LATE) == "yes"
    assert described_schema(seen, "s", "t", before=LATE) is None


def test_a_tool_that_cannot_be_described_is_not_offered() -> None:
    seen = described("Tool 't' not found.")
    assert offered(seen, "s", "t", before=LATE) == "no"
    assert not schema_was_read(seen, "s", "t", before=LATE)


def test_a_whole_listing_without_the_tool_says_that_it_is_not_offered() -> None:
    seen = listed({"integration_id": "s", "tools": [{"name": "u", "inputSchema": SCHEMA}]}, integration_id="s")
    assert offered(seen, "s", "t", before=LATE) == "no"
    assert offered(seen, "other", "t", before=LATE) == "unknown"
    assert offered(seen, "s", "u", before=LATE) == "yes"
    assert named_anywhere(seen, "u", before=LATE)
    assert not named_anywhere(seen, "u", before=1)


def test_an_empty_listing_is_whole_too() -> None:
    assert offered(listed({"tools": []}, integration_id="s"), "s", "t", before=LATE) == "no"


def test_a_narrowed_listing_proves_nothing() -> None:
    seen = listed({"tools": [{"name": "u"}]}, integration_id="s", query="u")
    assert offered(seen, "s", "t", before=LATE) == "unknown"


def test_a_listing_in_prose_names_what_it_names() -> None:
    seen = listed("make_it    makes things\nunmake_it  unmakes them", integration_id="s")
    assert offered(seen, "s", "make_it", before=LATE) == "yes"
    assert schema_was_read(seen, "s", "make_it", before=LATE)
    assert offered(seen, "s", "mend_it", before=LATE) == "unknown"


def test_a_listing_of_everything_holds_for_each_integration() -> None:
    seen = listed({"tools": [{"integration_id": "s", "name": "t"}, "no tool", {"nameless": 1}]})
    assert offered(seen, "s", "t", before=LATE) == "yes"
    assert offered(seen, "s", "u", before=LATE) == "no"
    assert not schema_was_read(seen, "s", "t", before=LATE)


def test_a_failed_look_tells_nothing() -> None:
    call = ToolCall(call_id="c", tool="agentport__list_integration_tools", arguments={"integration_id": "s"}, step=1)
    failed = ToolResult(call_id="c", text="boom", is_error=True)
    seen = read_session(Trace(events=(HumanMessage(text="Hello."), call, failed)))
    assert offered(seen, "s", "t", before=LATE) == "unknown"


def test_an_unanswered_call_has_no_documents() -> None:
    call = ToolCall(call_id="c", tool="agentport__describe_tool", arguments={}, step=1)
    seen = read_session(Trace(events=(call,)))
    assert list(documents(seen.actions[0])) == []


def test_text_that_never_becomes_json_is_given_up() -> None:
    start = time.perf_counter()
    assert list(documents(described(('[1, "' + "x" * 5_000 + '",\n') * 1_000).actions[0])) == []
    assert list(documents(described("no { json").actions[0])) == []
    assert time.perf_counter() - start < 5
