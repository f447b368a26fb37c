"""Sessions that never used the gateway: only the rules that say so have anything to say of them."""

from __future__ import annotations

from dataclasses import replace

from agentport_harness.core.calls import Elsewhere
from agentport_harness.core.session import Session
from agentport_harness.core.trace import ToolCall, ToolResult, Trace
from agentport_harness.surfaces.reading import read_session
from tests.rules.cases import cases
from tests.rules.catalogue import rules
from tests.rules.generator import sessions


def without_gateway(trace: Trace) -> Session:
    """The session without the calls of the gateway and their answers."""
    session = read_session(trace)
    ids = {action.call.call_id for action in session.actions if not isinstance(action.meaning, Elsewhere)}
    events = tuple(
        event for event in trace.events if not (isinstance(event, (ToolCall, ToolResult)) and event.call_id in ids)
    )
    return read_session(replace(trace, events=events))


def test_a_rule_that_is_not_run_without_the_gateway_has_nothing_to_say_there() -> None:
    judged = 0
    for trace in [*(case.trace() for case in cases()), *sessions(60)]:
        session = without_gateway(trace)
        assert not session.uses_gateway
        judged += bool(session.trace.events)
        said = {rule.slug for rule in rules() if not rule.always and any(True for _ in rule.check(session))}
        assert not said, trace.source
    assert judged > 400


def test_every_rule_that_is_always_run_is_broken_somewhere_without_the_gateway() -> None:
    broken = {
        rule.slug
        for case in cases()
        for rule in rules()
        if rule.always and rule.slug == case.slug and any(True for _ in rule.check(without_gateway(case.trace())))
    }
    assert broken == {rule.slug for rule in rules() if rule.always}
