"""A check of a skill bundle: a pure generator over what the bundle holds, with the words that explain it.

Like a rule, a check yields `Sound` where it looked and found nothing wrong, `Fault` where something is, and `Unable`
where it cannot tell. Nothing yielded means that the bundle has nothing of the kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from agentport_harness.core.docstrings import described
from agentport_harness.core.inspection import Fault as Fault
from agentport_harness.core.inspection import Sound as Sound
from agentport_harness.core.inspection import Unable as Unable
from agentport_harness.core.inspection import fault_verdict, plain_verdict
from agentport_harness.core.verdict import Level, Verdict
from agentport_harness.skill_bundle.bundle import Bundle
from agentport_harness.skill_bundle.installed import Copy
from agentport_harness.skill_bundle.live import Live
from agentport_harness.skill_bundle.traceability import RuleFacts, Traceability


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
        words = described(look)
        return SkillCheck(
            id=id,
            slug=words.slug,
            level=level,
            text=words.text,
            fine_points=words.fine_points,
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
        else plain_verdict(check, "skipped", skipped.get(check.id, "deselected"))
        for check in catalogue
    )


def _verdict(check: SkillCheck, material: Material) -> Verdict:
    sights = tuple(check.look(material))
    found = [sight for sight in sights if isinstance(sight, Fault)]
    if found:
        return fault_verdict(check, found)
    unable = next((sight for sight in sights if isinstance(sight, Unable)), None)
    if unable is not None:
        return plain_verdict(check, "skipped", unable.reason)
    return plain_verdict(check, "pass" if sights else "not_applicable")
