"""Mutants: conforming sessions with one fault each, made by the operators that the rules' own files register."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from agentport_harness.core.rule import Mutation, Rule
from agentport_harness.core.session import Session
from agentport_harness.core.trace import Trace
from agentport_harness.surfaces.reading import read_session
from tests.rules.catalogue import broken, rules, verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A faulty session, the operator that made it, and the one rule that it has to break."""

    rule: Rule
    operator: Mutation
    origin: str
    trace: Trace

    @property
    def killed_by(self) -> frozenset[str]:
        """The ids of the rules that find fault with it."""
        return broken(self.trace)


def operators(catalogue: Sequence[Rule] | None = None) -> Iterator[tuple[Rule, Mutation]]:
    """Every operator with its rule, in the order of ids."""
    for rule in rules() if catalogue is None else catalogue:
        for operator in rule.mutations:
            yield rule, operator


def can_be_judged(rule: Rule, session: Session) -> bool:
    """Whether a fault put into this session would show: it is there from beginning to end, with what the rule needs."""
    if not session.turns[-1].closed or session.trace.lacks & {*rule.needs, "history"}:
        return False
    return verdicts(session.trace)[rule.id].status in {"pass", "not_applicable"}


def mutants_of(rule: Rule, operator: Mutation, trace: Trace, *, most: int = 4) -> Iterator[Mutant]:
    """What the operator makes of one conforming session; nothing where it finds no hold."""
    session = read_session(trace)
    if can_be_judged(rule, session):
        for made in islice(operator.apply(session), most):
            if made.events != trace.events:
                yield Mutant(rule=rule, operator=operator, origin=trace.source, trace=made)


def mutants(traces: Iterable[Trace], *, most: int = 4, enough: int | None = None) -> Iterator[Mutant]:
    """What all operators make of these conforming sessions, at most ``most`` of each operator and session.

    An operator that has made ``enough`` mutants is left out from then on.
    """
    made: Counter[str] = Counter()
    for trace in traces:
        for rule, operator in operators():
            name = f"{rule.id}/{operator.name}"
            if enough is None or made[name] < enough:
                for mutant in mutants_of(rule, operator, trace, most=most):
                    made[name] += 1
                    yield mutant
