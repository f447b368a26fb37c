"""Whatever a trace holds, every rule gives an answer: never a traceback, and findings that point into the trace."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from agentport_harness.core.json_values import JSON
from agentport_harness.core.judge import LONGEST_EVIDENCE, judge
from agentport_harness.core.trace import AgentMessage, HumanMessage, ToolCall, ToolResult, Trace
from agentport_harness.core.trace_format import trace_from_document, trace_to_document
from agentport_harness.surfaces.reading import read_session
from tests.rules.catalogue import rules, verdicts
from tests.rules.hostile import URL, traces
from tests.rules.mutants import operators

MANY = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(traces)
@MANY
def test_any_trace_gets_one_verdict_of_every_rule_with_findings_that_point_into_it(trace: Trace) -> None:
    session = read_session(trace)
    found = judge(session, rules())
    assert [verdict.rule for verdict in found] == [rule.id for rule in rules()]
    for verdict in found:
        assert bool(verdict.findings) == (verdict.status in {"fail", "warn"})
        assert bool(verdict.reason) == (verdict.status == "not_testable")
        for finding in verdict.findings:
            assert 0 <= finding.event < len(trace.events)
            assert 1 <= finding.turn <= len(session.turns)
            assert finding.message
            assert finding.expected
            assert len(finding.evidence) <= LONGEST_EVIDENCE


@given(traces)
@MANY
def test_judging_the_same_trace_twice_gives_the_same_verdicts(trace: Trace) -> None:
    assert verdicts(trace) == verdicts(trace)


@given(traces)
@settings(MANY, max_examples=150)
def test_a_mutation_operator_survives_any_trace(trace: Trace) -> None:
    session = read_session(trace)
    for _, operator in operators():
        for mutant in operator.apply(session):
            read_session(mutant)


@given(traces)
@MANY
def test_any_trace_reads_back_from_its_document_as_it_was(trace: Trace) -> None:
    document = json.loads(json.dumps(trace_to_document(trace)))
    again = trace_from_document(document)
    assert replace(again, events=()) == replace(trace, events=())
    assert repr(again.events) == repr(trace.events)  # NaN is not equal to itself, and reads the same


def _nested(depth: int) -> JSON:
    value: JSON = "x"
    for number in range(depth):
        value = [value] if number % 2 else {"a": value}
    return value


@pytest.mark.parametrize("depth", [500, 5_000, 100_000])
def test_arguments_nested_deeper_than_any_stack_are_judged(depth: int) -> None:
    call = ToolCall(
        call_id="1",
        tool="agentport__call_tool",
        step=1,
        arguments={"integration_id": "a", "tool_name": "b", "arguments": _nested(depth), "additional_info": "why"},
    )
    shell = ToolCall(
        call_id="2",
        tool="bash",
        step=1,
        arguments={"command": f"ap tools call --integration a --tool b --info why --args '{'[' * depth}'"},
    )
    answer = ToolResult(call_id="1", text=f"Please approve {URL}", structured=_nested(depth))
    assert verdicts(Trace(events=(HumanMessage(text="go"), call, shell, answer)))


BIG = 60_000


@pytest.mark.parametrize(
    "text",
    [
        "a" * BIG,
        "https://gw.example/approve/" * (BIG // 27),
        "[" * BIG,
        "[](" * (BIG // 3),
        "[a](https://x" * (BIG // 13),
        "(" * BIG,
        "\u200b" * BIG,
        "\u0301" * BIG,
        "stop " * (BIG // 5),
        "`" * BIG,
        "$(" * (BIG // 2),
        "'" * (BIG + 1),
        "ap tools call;" * (BIG // 14),
        "1,1" * (BIG // 3),
        "a@" * (BIG // 2),
        " " * BIG,
        "\n" * BIG,
        "{" * BIG,
        "0123456789abcdef-" * (BIG // 17),
    ],
    ids=lambda text: ascii(text[:13]),
)
@pytest.mark.timeout(20)
def test_a_long_text_of_one_kind_in_every_place_is_judged(text: str) -> None:
    def call(call_id: str, tool: str, **given: JSON) -> ToolCall:
        return ToolCall(call_id=call_id, tool=tool, step=1, arguments=given)

    trace = Trace(
        events=(
            HumanMessage(text=text),
            call(
                "1",
                "agentport__call_tool",
                integration_id="a",
                tool_name="b",
                arguments={"x": text},
                additional_info=text,
            ),
            ToolResult(call_id="1", text=f"Please approve {URL}"),
            AgentMessage(text=text, step=2),
            call("2", "bash", command=text),
            ToolResult(call_id="2", text=text, exit_code=1),
            ToolResult(call_id="1", text=text, is_error=True),
            AgentMessage(text=text, step=3),
        )
    )
    assert verdicts(trace)
