"""Which rules a run looks at: by id or prefix, and by level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from agentport_harness.core.errors import InputError
from agentport_harness.core.verdict import Level

_RANK: dict[Level, int] = {"MAY": 0, "SHOULD": 1, "MUST": 2}


class Requirement(Protocol):
    """Anything with an id and a level: a rule, a gateway check."""

    @property
    def id(self) -> str:
        """The id, as in AP101."""

    @property
    def level(self) -> Level:
        """The RFC 2119 level."""


R = TypeVar("R", bound=Requirement)


def selected(
    catalogue: Sequence[R], *, select: Iterable[str] = (), ignore: Iterable[str] = (), level: Level = "MAY"
) -> tuple[tuple[R, ...], tuple[R, ...]]:
    """The members to run and the ones to skip. Raises `InputError` for an id or prefix that names none."""
    wanted, unwanted = tuple(select), tuple(ignore)
    for prefix in (*wanted, *unwanted):
        if not any(member.id.startswith(prefix.upper()) for member in catalogue):
            raise InputError(
                "unknown-rule", f"no rule has an id that begins with {prefix!r}",
                hint="`agentport-conformance rules` lists them",
            )  # fmt: skip
    run = [
        member
        for member in catalogue
        if (not wanted or any(member.id.startswith(prefix.upper()) for prefix in wanted))
        and not any(member.id.startswith(prefix.upper()) for prefix in unwanted)
        and _RANK[member.level] >= _RANK[level]
    ]
    return tuple(run), tuple(member for member in catalogue if member not in run)
