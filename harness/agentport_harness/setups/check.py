"""A check of a client's set-up: a pure generator, with the words that explain it and the change that mends a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from agentport_harness.core.docstrings import described
from agentport_harness.core.inspection import Fault, Sound, Unable, fault_verdict, plain_verdict
from agentport_harness.core.judge import clipped
from agentport_harness.core.verdict import Level, Verdict
from agentport_harness.setups.edits import Edit
from agentport_harness.setups.setup import ConfigFile, Setup


@dataclass(frozen=True, slots=True, kw_only=True)
class Cure:
    """The change that mends a fault: edits of one file, or the permission bits that it should have."""

    file: ConfigFile
    edits: tuple[Edit, ...] = ()
    mode: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ill:
    """A fault with its cure."""

    fault: Fault
    cure: Cure


Sight: TypeAlias = Sound | Fault | Unable | Ill
Look: TypeAlias = Callable[[Setup], Iterator[Sight]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupCheck:
    """One check. ``text`` is what holds of a good set-up, ``why`` what it costs otherwise, ``mend`` what to change."""

    id: str
    slug: str
    level: Level
    text: str
    fine_points: str
    why: str
    mend: str
    look: Look


def setup_check(
    id: str,  # noqa: A002 the catalogue's own word
    *,
    level: Level,
    why: str,
    mend: str,
) -> Callable[[Look], SetupCheck]:
    """Make a `SetupCheck` of a function. Its name is the slug; its docstring's first paragraph is the text."""

    def decorate(look: Look) -> SetupCheck:
        words = described(look)
        return SetupCheck(
            id=id,
            slug=words.slug,
            level=level,
            text=words.text,
            fine_points=words.fine_points,
            why=why,
            mend=mend,
            look=look,
        )

    return decorate


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What the checks say of a set-up: one verdict for each of the catalogue, and the cures of what they found."""

    verdicts: tuple[Verdict, ...]
    cures: tuple[Cure, ...]


def examined(
    setup: Setup, checks: Iterable[SetupCheck], *, skipped: Mapping[str, str], catalogue: Iterable[SetupCheck]
) -> Examined:
    """Look at a set-up; ``skipped`` names checks that are not run, with the reason. No secret is in what is told.

    What is not for the user to edit is told and has no cure.
    """
    run = {check.id for check in checks}
    verdicts: list[Verdict] = []
    cures: list[Cure] = []
    for check in catalogue:
        if check.id not in run or check.id in skipped:
            verdicts.append(plain_verdict(check, "skipped", skipped.get(check.id, "deselected")))
            continue
        try:
            sights = tuple(check.look(setup))
        except Exception as error:  # noqa: BLE001 one check's fault must not take the other verdicts with it
            verdicts.append(plain_verdict(check, "error", f"the check itself failed: {type(error).__name__}"))
            continue
        cures += [sight.cure for sight in sights if isinstance(sight, Ill) and sight.cure.file.place.yours]
        verdicts.append(_verdict(setup, check, sights))
    return Examined(verdicts=tuple(verdicts), cures=tuple(cures))


def _verdict(setup: Setup, check: SetupCheck, sights: Iterable[Sight]) -> Verdict:
    plain = [sight.fault if isinstance(sight, Ill) else sight for sight in sights]
    faults = [sight for sight in plain if isinstance(sight, Fault)]
    if faults:
        return fault_verdict(check, [_masked(setup, fault) for fault in faults], why=check.why)
    unable = next((sight for sight in plain if isinstance(sight, Unable)), None)
    if unable is not None:
        return plain_verdict(check, "not_testable", setup.masked(unable.reason))
    return plain_verdict(check, "pass" if plain else "not_applicable")


def _masked(setup: Setup, fault: Fault) -> Fault:
    return replace(
        fault,
        message=clipped(setup.masked(fault.message)),
        evidence=setup.masked(fault.evidence),
        expected=clipped(setup.masked(fault.expected)),
    )
