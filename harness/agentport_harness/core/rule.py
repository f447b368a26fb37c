"""A rule: a pure generator of observations about a session, with the words that explain it.

A rule yields `Kept` where its trigger happened and the agent did right, `Broken` where it did not, and `Unclear`
where the recording cannot show it. No observation means that the trigger never happened. So a rule can never
pass for want of evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from agentport_harness.core.docstrings import described
from agentport_harness.core.session import Session
from agentport_harness.core.trace import Lack, Trace
from agentport_harness.core.verdict import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The rule was triggered at event ``at`` and kept."""

    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The rule was broken at event ``at``. ``evidence`` quotes the recording, ``expected`` says what was due."""

    at: int
    message: str
    expected: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """The rule was triggered at event ``at``, and this recording cannot show whether it was kept."""

    at: int
    reason: str


Observation: TypeAlias = Kept | Broken | Unclear
Check: TypeAlias = Callable[[Session], Iterator[Observation]]
Mutate: TypeAlias = Callable[[Session], Iterable[Trace]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """One way to break exactly this rule: ``apply`` yields faulty traces, none where the session offers no hold."""

    name: str
    apply: Mutate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """One rule of the catalogue. ``text`` is what a conforming agent does; the docstring's rest are the fine points.

    ``needs`` names what a recording must be able to show. Where it is taught, the skills' own traceability says.
    ``always`` marks a rule that can be broken in a session that never used the gateway; the others are not run there.
    """

    id: str
    slug: str
    level: Level
    text: str
    fine_points: str
    why: str
    mend: str
    passes: str
    fails: str
    needs: frozenset[Lack]
    check: Check
    always: bool = False
    mutations: list[Mutation] = field(default_factory=list)

    def mutation(self, mutate: Mutate) -> Mutate:
        """Register a mutation operator, named after the function; it must break this rule and no other."""
        self.mutations.append(Mutation(name=mutate.__name__.replace("_", "-"), apply=mutate))
        return mutate


def rule(
    id: str,  # noqa: A002 the catalogue's own word
    *,
    level: Level,
    why: str,
    mend: str,
    passes: str,
    fails: str,
    needs: Iterable[Lack] = (),
    always: bool = False,
) -> Callable[[Check], Rule]:
    """Make a `Rule` of a check function. Its name is the slug; its docstring's first paragraph is the rule's text.

    ``why`` says what it means for the human, ``mend`` what to change; ``passes`` and ``fails`` are short examples.
    """

    def decorate(check: Check) -> Rule:
        words = described(check)
        return Rule(
            id=id,
            slug=words.slug,
            level=level,
            text=words.text,
            fine_points=words.fine_points,
            why=why,
            mend=mend,
            passes=passes,
            fails=fails,
            needs=frozenset(needs),
            check=check,
            always=always,
        )

    return decorate
