"""A check of a skill bundle: a pure generator over what the bundle holds, with the words that explain it.

Like a rule, a check yields `Sound` where it looked and found nothing wrong, `Fault` where something is, and `Unable`
where it cannot tell. Nothing yielded means that the bundle has nothing of the kind.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from agentport_harness.core.judge import clipped
from agentport_harness.core.trace import Place
from agentport_harness.core.verdict import Finding, Level, Status, Verdict, fingerprint
from agentport_harness.skill_bundle.bundle import Bundle
from agentport_harness.skill_bundle.installed import Copy
from agentport_harness.skill_bundle.live import Live
from agentport_harness.skill_bundle.traceability import RuleFacts, Traceability


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """The check looked at something, and it is as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something is not: where (``line`` from 1, 0 for the whole file), what is there, and what should be."""

    path: str
    message: str
    expected: str
    line: int = 0
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unable:
    """The check cannot tell, for the reason given."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that a check may look at. ``live`` is what a gateway offers, None when none was asked.

    ``count_tokens`` is None without a tokenizer, ``traceability`` None where the bundle records none. ``installed``
    are copies of the bundle elsewhere.
    """

    bundle: Bundle
    rules: Mapping[str, RuleFacts] = field(default_factory=dict)
    traceability: Traceability | None = None
    live: Live | None = None
    count_tokens: Callable[[str], int] | None = None
    installed: tuple[Copy, ...] = ()

    @property
    def texts(self) -> dict[tuple[str, str], str]:
        """The Markdown of every skill, by skill and file."""
        return {(skill.folder, text.path): text.text for skill in self.bundle.skills for text in skill.texts}

    def budget(self, skill: str, kind: str, otherwise: int) -> int:
        """How many lines or tokens the bundle allows a skill, ``otherwise`` where it says nothing."""
        budgets = self.traceability.budgets if self.traceability else {}
        for name in (skill, "default"):
            if kind in budgets.get(name, {}):
                return budgets[name][kind]
        return otherwise


Sight: TypeAlias = Sound | Fault | Unable
Look: TypeAlias = Callable[[Material], Iterator[Sight]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillCheck:
    """One check. ``text`` is what holds of a good bundle, ``why`` what it costs otherwise, ``mend`` what to change."""

    id: str
    slug: str
    level: Level
    text: str
    fine_points: str
    why: str
    mend: str
    needs_gateway: bool
    look: Look


def skill_check(
    id: str,  # noqa: A002 the catalogue's own word
    *,
    level: Level,
    why: str,
    mend: str,
    needs_gateway: bool = False,
) -> Callable[[Look], SkillCheck]:
    """Make a `SkillCheck` of a function. Its name is the slug; its docstring's first paragraph is the text."""

    def decorate(look: Look) -> SkillCheck:
        text, _, fine_points = inspect.cleandoc(look.__doc__ or "").partition("\n\n")
        return SkillCheck(
            id=id,
            slug=look.__name__.replace("_", "-"),
            level=level,
            text=" ".join(text.split()),
            fine_points=fine_points.strip(),
            why=why,
            mend=mend,
            needs_gateway=needs_gateway,
            look=look,
        )

    return decorate


def verdicts(
    material: Material, checks: Iterable[SkillCheck], *, skipped: Mapping[str, str], catalogue: Iterable[SkillCheck]
) -> tuple[Verdict, ...]:
    """One verdict for each check of the catalogue; ``skipped`` names those that are not run, with the reason."""
    run = {check.id for check in checks}
    return tuple(
        _verdict(check, material)
        if check.id in run and check.id not in skipped
        else _plain(check, "skipped", skipped.get(check.id, "deselected"))
        for check in catalogue
    )


def _verdict(check: SkillCheck, material: Material) -> Verdict:
    sights = tuple(check.look(material))
    found = [sight for sight in sights if isinstance(sight, Fault)]
    if found:
        return Verdict(
            rule=check.id,
            slug=check.slug,
            level=check.level,
            status="fail" if check.level == "MUST" else "warn",
            findings=tuple(_findings(check, found)),
        )
    unable = next((sight for sight in sights if isinstance(sight, Unable)), None)
    if unable is not None:
        return _plain(check, "skipped", unable.reason)
    return _plain(check, "pass" if sights else "not_applicable")


def _plain(check: SkillCheck, status: Status, reason: str = "") -> Verdict:
    return Verdict(rule=check.id, slug=check.slug, level=check.level, status=status, reason=reason)


def _findings(check: SkillCheck, found: Iterable[Fault]) -> Iterator[Finding]:
    seen: Counter[tuple[str, str, str]] = Counter()
    for fault in sorted(found, key=lambda fault: (fault.path, fault.line)):
        evidence = clipped(fault.evidence)
        seen[fault.path, fault.message, evidence] += 1
        yield Finding(
            message=fault.message,
            turn=1,
            event=0,
            of_file=True,
            evidence=evidence,
            expected=fault.expected,
            place=Place(path=fault.path, line=fault.line or None),
            fingerprint=fingerprint(
                check.id, fault.path, fault.message, evidence, seen[fault.path, fault.message, evidence]
            ),
        )
