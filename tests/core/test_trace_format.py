"""The trace document: read and written without loss, and refused with the place where it is wrong."""

from __future__ import annotations

import datetime
import json
from importlib import resources
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from agentport_harness.core.errors import InputError
from agentport_harness.core.trace import AgentMessage, Place, ToolCall, ToolResult, Trace
from agentport_harness.core.trace_format import FORMAT, trace_from_document, trace_to_document
from tests.rules.generator import conforming


def document(*events: Any, **head: Any) -> dict[str, Any]:
    return {"format": FORMAT, **head, "events": list(events)}


@given(conforming())
@settings(deadline=None, max_examples=50)
def test_a_written_trace_fits_the_schema_and_reads_back_as_it_was(trace: Trace) -> None:
    written = json.loads(json.dumps(trace_to_document(trace)))
    schema = json.loads(resources.files("agentport_harness").joinpath("schemas/trace.v1.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(written)
    assert trace_from_document(written) == trace


def test_a_written_trace_keeps_source_place_time_and_warnings() -> None:
    trace = Trace(
        events=(
            AgentMessage(text="hi", step=4, time=2.5, place=Place(path="b.jsonl", line=3, pointer="/x")),
            ToolResult(call_id="1", text="", structured="", is_error=False, exit_code=0, status=200, fault="transport"),
        ),
        source="a.yaml",
        input_format="codex",
        session_id="s",
        lacks=frozenset({"error_flag"}),
        warnings=("line 3 was cut off",),
    )
    assert trace_from_document(trace_to_document(trace)) == trace


def test_what_stands_between_two_results_is_one_step_when_none_is_given() -> None:
    trace = trace_from_document(
        document(
            {"human": "go"},
            {"agent": "a"},
            {"call": "x", "id": "1"},
            {"prompt": "https://gw.example"},
            {"call": "y", "id": "2"},
            {"result": "1"},
            {"agent": "b"},
            {"result": "2"},
            {"agent": "c", "step": 7},
            {"agent": "d"},
        )
    )
    steps = [event.step for event in trace.events if isinstance(event, (AgentMessage, ToolCall))]
    assert steps == [1, 1, 1, 2, 7, 7]


def test_a_place_is_the_source_and_the_entrys_own_pointer_unless_it_says_otherwise() -> None:
    events = ({"human": "a"}, {"human": "b", "place": {"line": 9}})
    trace = trace_from_document(document(*events), source="x.yaml")
    assert trace.source == "x.yaml"
    assert trace.events[0].place == Place(path="x.yaml", pointer="/events/0")
    assert trace.events[1].place == Place(path="x.yaml", line=9, pointer="/events/1")


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ([], "$"),
        ("text", "$"),
        (None, "$"),
        ({"format": "agentport-trace/2"}, "$.format"),
        (document(colour="red"), "$"),
        ({"format": FORMAT, "events": "none"}, "$.events"),
        ({"format": FORMAT}, "$.events"),
        (document("x"), "$.events[0]"),
        (document({"shout": "x"}), "$.events[0]"),
        (document({"human": "x", "step": 1}), "$.events[0]"),
        (document({"human": 3}), "$.events[0].human"),
        (document({"human": "x", "time": "now"}), "$.events[0].time"),
        (document({"human": "x", "time": True}), "$.events[0].time"),
        (document({"human": "x", "place": "here"}), "$.events[0].place"),
        (document({"human": "x", "place": {"line": "3"}}), "$.events[0].place.line"),
        (document({"agent": "x", "step": True}), "$.events[0].step"),
        (document({"call": "x"}), "$.events[0].id"),
        (document({"call": "x", "id": "1", "arguments": {"on": datetime.date(2026, 1, 1)}}), "$.events[0].arguments"),
        (document({"call": "x", "id": "1", "arguments": {"a": [{1: 2}]}}), "$.events[0].arguments"),
        (document({"result": "1", "structured": {"s": {1}}}), "$.events[0].structured"),
        (document({"result": "1", "is_error": "no"}), "$.events[0].is_error"),
        (document({"result": "1", "exit_code": 1.5}), "$.events[0].exit_code"),
        (document({"result": "1", "fault": "bored"}), "$.events[0].fault"),
        (document({"decision": "maybe", "request_id": "1"}), "$.events[0].decision"),
        (document(lacks=["humour"]), "$.lacks"),
        (document(lacks="results"), "$.lacks"),
        (document(known_tools=[1]), "$.known_tools[0]"),
        (document(session_id=[]), "$.session_id"),
    ],
)
def test_a_malformed_document_is_refused_with_its_place(given: Any, place: str) -> None:
    with pytest.raises(InputError) as refused:
        trace_from_document(given)
    assert refused.value.slug == "bad-trace"
    assert f"`{place}`" in str(refused.value)
    assert refused.value.exit_code == 2
