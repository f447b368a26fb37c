"""The operators of all rules, on every labelled session: what they make depends on the session alone."""

from __future__ import annotations

from functools import cache

import pytest

from agentport_harness.core.rule import Mutation
from agentport_harness.core.session import Session
from agentport_harness.surfaces.reading import read_session
from tests.rules.cases import cases
from tests.rules.mutants import operators


@cache
def _sessions(reading: int) -> tuple[Session, ...]:
    """Every labelled session, read anew for each ``reading``."""
    return tuple(read_session(case.trace()) for case in cases())


@pytest.mark.parametrize("operator", [pytest.param(each, id=f"{rule.id}-{each.name}") for rule, each in operators()])
def test_an_operator_makes_the_same_mutants_of_a_session_each_time(operator: Mutation) -> None:
    once, again = ([list(operator.apply(session)) for session in _sessions(reading)] for reading in (1, 2))
    assert any(once)
    assert once == again
