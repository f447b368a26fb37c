"""A check of a gateway: an asynchronous generator of sightings over a bench, with the words that explain it.

A check yields `Held` where it reached what the requirement is about and saw it kept, `Violated` where it saw it
broken, and `Unseen` where it could not tell. A check that yields nothing is not testable: nothing passes unseen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from agentport_harness.core.docstrings import described
from agentport_harness.core.verdict import Level

if TYPE_CHECKING:
    from agentport_harness.bench.bench import Bench

Need: TypeAlias = Literal[
    "decide",  # approve once, always allow, deny
    "mode",  # set a tool's mode
    "probe",  # the harness's own MCP server, installed in the gateway
    "install",  # install and remove it at will
    "probe_api",  # the same as a REST API
    "repoint",  # change the address of an installed integration
    "expiry",  # set how long requests stay open
    "requests",  # read approval requests
    "log",  # read the audit log
    "keys",  # make and revoke API keys
    "rules",  # set conditional rules
    "allowed",  # some tool that runs at once
    "gated",  # some tool that asks a human
    "denied",  # some tool that policy denies
    "second",  # the credential of a second organisation
    "second_human",  # a human of the second organisation
    "restart",  # kill the gateway and start it again
    "stop",  # stop it in an orderly way and start it again
]
"""What a check requires beyond the agent's credential."""

Isolation: TypeAlias = Literal["beside", "expiry", "alone"]
"""Beside all others; first, while requests expire soon; or last, with the gateway for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The check reached what the requirement is about, and saw it kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violated:
    """It was not kept. ``evidence`` quotes what was seen: empty for the last exchange of the journal."""

    message: str
    expected: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """The check could not tell, for the reason given."""

    reason: str


Sighting: TypeAlias = Held | Violated | Unseen
Look: TypeAlias = "Callable[[Bench], AsyncIterator[Sighting]]"


class NotReachedError(Exception):
    """What a check presupposes did not come about: the verdict is *not testable*, with this reason."""


def sighted(kept: bool, message: str, *, expected: str, evidence: str = "") -> Sighting:
    """`Held`, or `Violated` with the words given."""
    return Held() if kept else Violated(message=message, expected=expected, evidence=evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayCheck:
    """One check. ``text`` is the requirement's own words, ``why`` what it costs otherwise, ``mend`` what to change."""

    id: str
    slug: str
    level: Level
    text: str
    fine_points: str
    why: str
    mend: str
    needs: tuple[Need, ...]
    isolation: Isolation
    timeout: float
    look: Look


def gateway_check(
    id: str,  # noqa: A002 the catalogue's own word
    *,
    level: Level,
    why: str,
    mend: str,
    needs: Iterable[Need] = (),
    isolation: Isolation = "beside",
    timeout: float = 60.0,
) -> Callable[[Look], GatewayCheck]:
    """Make a `GatewayCheck` of a generator. Its name is the slug; its docstring's first paragraph is the text.

    ``timeout`` is in seconds, without the time that `Bench.pass_time` takes.
    """

    def decorate(look: Look) -> GatewayCheck:
        words = described(look)
        return GatewayCheck(
            id=id,
            slug=words.slug,
            level=level,
            text=words.text,
            fine_points=words.fine_points,
            why=why,
            mend=mend,
            needs=tuple(needs),
            isolation=isolation,
            timeout=timeout,
            look=look,
        )

    return decorate
