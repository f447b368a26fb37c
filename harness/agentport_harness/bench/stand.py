"""What all checks of one run share: the gateway, the credentials, the adapter, the probe and the limits."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from agentport_harness.bench.by_hand import HandInstalled
from agentport_harness.bench.check import Need
from agentport_harness.bench.clock import Clock, RealClock
from agentport_harness.bench.http import bearer, key_header
from agentport_harness.bench.journal import Redactor
from agentport_harness.core.json_values import JSON
from agentport_harness.core.transcript import Mode
from agentport_harness.transports.adapter import GatewayAdapter, Skill, skills_of
from agentport_harness.transports.mcp import Protocol, Rung
from agentport_harness.transports.probe import Probe

EXPIRY = 60.0
"""Seconds that requests stay open in checks of expiry: the shortest that AgentPort can be set to."""
_SKILL_OF: Mapping[Need, Skill] = {
    "decide": "decide",
    "mode": "mode",
    "probe": "install",
    "install": "install",
    "probe_api": "install_api",
    "repoint": "repoint",
    "expiry": "expiry",
    "requests": "requests",
    "log": "log",
    "keys": "keys",
    "rules": "rules",
}
_WORDS: Mapping[Need, str] = {
    "decide": "decide approvals",
    "mode": "set a tool's mode",
    "probe": "install the probe upstream",
    "install": "install and remove the probe upstream",
    "probe_api": "install the probe as a REST API",
    "repoint": "change an integration's address",
    "expiry": "set how long requests stay open",
    "requests": "read approval requests",
    "log": "read the audit log",
    "keys": "make and revoke API keys",
    "rules": "set conditional rules",
}
Calls: TypeAlias = Literal["meta", "direct"]
"""How an upstream's tool is called: by the gateway's call tool, or under its own name, and again once approved."""
_INSTALLS: frozenset[Skill] = frozenset({"install", "install_api", "repoint"})
"""What is not done where the probe was installed by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A tool in the gateway."""

    integration_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """An organisation's credential and, where there is one, the hands of a human in it."""

    api_key: str = field(repr=False)
    adapter: GatewayAdapter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """The gateway under test and the means at hand; times in seconds.

    ``given`` are tools that the user named for a mode. ``commands`` restart or stop the gateway. ``grace`` is how long
    something that must not happen is waited for. ``poll_limit`` is the longest that one await may hold the line.
    ``waiters`` are the awaits that are parked at the same time where many are.
    ``by_hand`` is the probe where a person installed it, ``no_probe`` why there is none in the gateway.
    ``as_bearer`` is for a gateway that takes a key as a bearer token alone. ``rung`` is what the agents declare.
    ``calls`` is how tools are called; ``asked`` are the calls that are made again to wait, by their request.
    """

    mcp_url: str
    base_url: str
    first: Tenant
    second: Tenant | None = None
    probe: Probe | None = None
    by_hand: HandInstalled | None = None
    no_probe: str = ""
    protocol: Protocol = "auto"
    given: Mapping[Mode, Target] = field(default_factory=dict)
    commands: Mapping[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)
    rounds: int = 5
    poll_limit: float = 60.0
    call_limit: float = 30.0
    grace: float = 0.3
    waiters: int = 200
    clock: Clock = field(default_factory=RealClock)
    wall: Callable[[], float] = time.time
    unique: Callable[[], str] = field(default=lambda: secrets.token_hex(4))
    redactor: Redactor = field(default_factory=Redactor)
    as_bearer: bool = False
    rung: Rung = "result"
    calls: Calls = "meta"
    asked: dict[str, tuple[str, Mapping[str, JSON]]] = field(default_factory=dict)

    @property
    def credential(self) -> dict[str, str]:
        """The first organisation's agent key, in the header that this gateway takes."""
        return self.credential_of(self.first.api_key)

    def credential_of(self, api_key: str) -> dict[str, str]:
        """A key in the header that this gateway takes; nothing for a gateway that asks for none."""
        if not api_key:
            return {}
        return bearer(api_key) if self.as_bearer else key_header(api_key)

    @property
    def skills(self) -> frozenset[Skill]:
        """What the adapter can do; nothing without one."""
        can = skills_of(self.first.adapter) if self.first.adapter else frozenset()
        return can - _INSTALLS if self.by_hand else can

    @property
    def pace(self) -> float:
        """Seconds that the human may take for each thing that a second factor confirms."""
        return float(getattr(self.first.adapter, "pace", 0.0))

    def lacks(self, need: Need) -> str:
        """Why a need is not met, empty when it is."""
        match need:
            case "allowed" | "gated" | "denied":
                return self._lacks_tool(need)
            case "second":
                return "" if self.second else "no second organisation was given (--second-api-key)"
            case "second_human":
                human = self.second and self.second.adapter
                return "" if human else "no human of a second organisation was given (--second-human-email)"
            case "restart" | "stop":
                return "" if need in self.commands else f"no command to {need} the gateway was given (--{need}-cmd)"
            case "probe" if self.no_probe:
                return self.no_probe
            case "probe" if self.by_hand:
                return ""
            case "mode" if self.by_hand and {"allow", "deny"} & self.by_hand.given.keys():
                return ""
            case _:
                if _SKILL_OF[need] not in self.skills:
                    lacks: Mapping[Skill, str] = getattr(self.first.adapter, "lacks", {})
                    if said := lacks.get(_SKILL_OF[need], ""):
                        return said
                    return f"needs an adapter that can {_WORDS[need]} (--adapter)"
                probed = need in ("probe", "probe_api") and self.probe is None
                return "no probe upstream is running" if probed else ""

    def _lacks_tool(self, need: Need) -> str:
        modes: Mapping[str, Mode] = {"allowed": "allow", "gated": "require_approval", "denied": "deny"}
        mode = modes[need]
        if mode in self.given:
            return ""
        lacking = self.lacks("probe") or (self.lacks("mode") if need != "gated" else "")
        return f"no tool in mode {mode} is known: {lacking}, or name one (--tool {mode}=…/…)" if lacking else ""
