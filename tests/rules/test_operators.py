"""The operators of all rules, on every labelled session: what they make breaks their own rule and no other."""

from __future__ import annotations

from functools import cache

import pytest

from agentport_harness.core.rule import Mutation, Rule
from agentport_harness.core.session import Session
from agentport_harness.surfaces.reading import read_session
from tests.rules.cases import cases
from tests.rules.catalogue import explained
from tests.rules.mutants import Conforming, mutants_of, operators

MOST = 20
"""Mutants of one operator and one session; no labelled session has more places to take hold."""


@cache
def _sessions(reading: int) -> tuple[Session, ...]:
    """Every labelled session, read anew for each ``reading``."""
    return tuple(read_session(case.trace()) for case in cases())


@pytest.mark.parametrize("operator", [pytest.param(each, id=f"{rule.id}-{each.name}") for rule, each in operators()])
def test_an_operator_makes_the_same_mutants_of_a_session_each_time(operator: Mutation) -> None:
    once, again = ([list(operator.apply(session)) for session in _sessions(reading)] for reading in (1, 2))
    assert any(once)
    assert once == again


@cache
def _conforming() -> tuple[Conforming, ...]:
    return tuple(Conforming(trace=case.trace()) for case in cases() if case.valid)


@pytest.mark.parametrize(
    ("rule", "operator"), [pytest.param(*each, id=f"{each[0].id}-{each[1].name}") for each in operators()]
)
def test_every_mutant_of_every_labelled_session_breaks_its_operators_rule_and_no_other(
    rule: Rule, operator: Mutation
) -> None:
    for session in _conforming():
        for mutant in mutants_of(rule, operator, session, most=MOST):
            assert mutant.killed_by == {rule.id}, f"{mutant.origin}\n{explained(mutant.trace)}"
