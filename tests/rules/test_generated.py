"""Generated sessions conform and are judged so, whole or cut off; mutants of them break their operator's rule only."""

from __future__ import annotations

from functools import cache
from itertools import chain, zip_longest

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from agentport_harness.core.rule import Mutation, Rule
from agentport_harness.core.trace import AgentMessage, Trace
from tests.rules.cases import cases
from tests.rules.catalogue import broken, explained, rules
from tests.rules.generator import conforming, sessions
from tests.rules.kill_matrix import Row
from tests.rules.mutants import Conforming, mutants_of, operators

pytestmark = pytest.mark.timeout(900)  # the matrix is made once, by whichever test asks for it first
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SESSIONS = 200
"""Generated sessions in which every operator finds a hold, beside the valid cases."""
ENOUGH = 12
"""Mutants of one operator that are judged here; the kill matrix script judges them all."""


@given(conforming())
@MANY
def test_a_conforming_session_yields_nothing(trace: Trace) -> None:
    assert not broken(trace), explained(trace)


@given(conforming(), st.data())
@MANY
def test_a_conforming_session_that_is_cut_off_in_the_middle_yields_nothing(trace: Trace, data: st.DataObject) -> None:
    stop = data.draw(st.integers(min_value=0, max_value=len(trace.events)))
    # a recording that ends with the agent's own text is a turn that was over
    assume(stop == 0 or not isinstance(trace.events[stop - 1], AgentMessage))
    rest = Trace(events=trace.events[:stop], gateway_servers=trace.gateway_servers, known_tools=trace.known_tools)
    assert not broken(rest), explained(rest)


@given(conforming(), st.data())
@MANY
def test_a_mutant_of_a_conforming_session_breaks_its_operators_rule_and_no_other(
    trace: Trace, data: st.DataObject
) -> None:
    every = list(operators())
    assume(every)
    rule, operator = data.draw(st.sampled_from(every), label="operator")
    for mutant in mutants_of(rule, operator, Conforming(trace=trace), most=2):
        assert mutant.killed_by == {rule.id}, f"{rule.id}/{operator.name}\n{explained(mutant.trace)}"


@cache
def _generated() -> list[Conforming]:
    return [Conforming(trace=trace) for trace in sessions(SESSIONS, seed=1)]


@cache
def _labelled() -> list[Conforming]:
    return [Conforming(trace=case.trace()) for case in cases() if case.valid]


@cache
def _row(rule: str, operator: str) -> Row:
    """What the first mutants of one operator come to, of generated and labelled sessions by turns."""
    [(broken_rule, made_by)] = [pair for pair in operators() if (pair[0].id, pair[1].name) == (rule, operator)]
    row = Row(rule=rule, operator=operator)
    for conforming_session in chain.from_iterable(zip_longest(_generated(), _labelled())):
        for mutant in mutants_of(broken_rule, made_by, conforming_session, most=1) if conforming_session else ():
            row.count(mutant)
        if row.made == ENOUGH:
            break
    return row


def _name(value: Rule | Mutation) -> str:
    return value.slug if isinstance(value, Rule) else value.name


@pytest.mark.parametrize(("rule", "operator"), list(operators()), ids=_name)
def test_every_mutant_of_an_operator_is_killed_by_its_own_rule_alone(rule: Rule, operator: Mutation) -> None:
    row = _row(rule.id, operator.name)
    assert row.made, "the operator finds no hold in any conforming session"
    assert row.only_its_own, f"{row.made} mutants, killed by {dict(row.killed)}, {row.exactly} by {rule.id} alone"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.slug)
def test_every_rule_has_an_operator_that_only_it_kills(rule: Rule) -> None:
    assert any(_row(rule.id, operator.name).only_its_own for operator in rule.mutations)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.slug)
def test_generated_sessions_trigger_the_rule_and_keep_it(rule: Rule) -> None:
    said = {conforming_session.verdicts[rule.id].status for conforming_session in _generated()}
    assert said <= {"pass", "not_applicable", "not_testable"}
    assert "pass" in said, f"only {said}"
