"""Mutants: conforming sessions with one fault each, made by the operators that the rules' own files register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from agentport_harness.core.rule import Mutation, Rule
from agentport_harness.core.session import Session
from agentport_harness.core.trace import Trace
from agentport_harness.core.verdict import Verdict
from agentport_harness.surfaces.reading import read_session
from tests.rules.catalogue import broken, rules, verdicts


@dataclass(frozen=True, kw_only=True)
class Conforming:
    """A conforming session to make mutants of; it is read and judged once."""

    trace: Trace

    @cached_property
    def session(self) -> Session:
        return read_session(self.trace)

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        return verdicts(self.trace)

    def shows(self, rule: Rule) -> bool:
        """Whether a fault would show: the session is there from beginning to end, with what the rule needs."""
        if not self.session.turns[-1].closed or self.trace.lacks & {*rule.needs, "history"}:
            return False
        return self.verdicts[rule.id].status in {"pass", "not_applicable"}


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


def mutants_of(rule: Rule, operator: Mutation, conforming: Conforming, *, most: int = 4) -> Iterator[Mutant]:
    """What the operator makes of one conforming session; nothing where it finds no hold."""
    if conforming.shows(rule):
        for made in islice(operator.apply(conforming.session), most):
            if made.events != conforming.trace.events:
                yield Mutant(rule=rule, operator=operator, origin=conforming.trace.source, trace=made)


def mutants(sessions: Iterable[Conforming], *, most: int = 4) -> Iterator[Mutant]:
    """What all operators make of these conforming sessions, at most ``most`` of each operator and session."""
    for conforming in sessions:
        for rule, operator in operators():
            yield from mutants_of(rule, operator, conforming, most=most)
