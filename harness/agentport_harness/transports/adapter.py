"""What a harness needs of a gateway beside the agent's credential: to install, set modes, and decide as a human."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from agentport_harness.core.json_values import JSON
from agentport_harness.core.transcript import Deed, Mode

Skill: TypeAlias = Literal[
    "decide",
    "mode",
    "install",
    "install_api",
    "repoint",
    "expiry",
    "requests",
    "log",
    "keys",
    "rules",
    "consent",
    "page",
]
"""Something that an adapter may be able to do."""
AuthMethod: TypeAlias = Literal["none", "oauth"]
"""How a gateway signs in to an integration; by OAuth a human has to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """How the gateway took a decision; ``status`` is that of HTTP, 0 where there is none."""

    accepted: bool
    status: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An API key that was made; its secret stays out of its repr."""

    id: str
    secret: str

    def __repr__(self) -> str:
        return f"Key({self.id!r})"


class Adapter(Protocol):
    """The human's and administrator's side of one gateway."""

    async def install(self, name: str, url: str, *, auth_method: AuthMethod = "none") -> str:
        """Install the MCP server at ``url`` and return the id it has in the gateway."""

    async def uninstall(self, integration_id: str) -> None:
        """Remove what `install` added."""

    async def set_mode(self, integration_id: str, tool: str, mode: Mode) -> None:
        """Set a tool's mode."""

    async def set_expiry(self, seconds: float | None) -> None:
        """Set how long requests stay open, None for what it was before, else the gateway's default."""

    async def decide(self, request_id: str, deed: Deed) -> None:
        """Decide a request as a human."""


class GatewayAdapter(Adapter, Protocol):
    """All that checks of a gateway may ask for. An adapter has as many of these methods as its gateway allows.

    Requests and log entries are JSON objects with the field names of the AgentPort REST API.
    """

    async def try_decide(self, request_id: str, deed: Deed) -> Decided:
        """Decide as a human, and tell how that was taken instead of raising."""

    async def install_api(self, name: str, base_url: str, tools: Sequence[Mapping[str, JSON]]) -> str:
        """Install the REST API at ``base_url`` and return its id in the gateway."""

    async def repoint(self, integration_id: str, url: str) -> None:
        """Change the address of an integration that `install` added."""

    async def requests(self, **wanted: str) -> Sequence[Mapping[str, JSON]]:
        """Approval requests, newest first, narrowed by status, integration_id or tool_name."""

    async def request(self, request_id: str) -> Mapping[str, JSON]:
        """One approval request; empty where there is none."""

    async def log(self, **wanted: str) -> Sequence[Mapping[str, JSON]]:
        """Audit entries, newest first, narrowed by integration_id, tool_name or request_id."""

    async def make_key(self, name: str) -> Key:
        """A new API key for an agent."""

    async def revoke_key(self, key_id: str) -> None:
        """Revoke it."""

    async def add_rule(self, integration_id: str, tool: str, rule: Mapping[str, JSON]) -> str:
        """Add a conditional rule; its id."""

    async def consent(self, url: str) -> str:
        """Let a client in at its authorization URL, in a browser's place; the address that the answer is sent to."""

    async def page(self, url: str) -> str:
        """The HTML that a human sees who opens an address of the gateway."""


_METHOD_OF: Mapping[Skill, str] = {
    "decide": "try_decide",
    "mode": "set_mode",
    "install": "install",
    "install_api": "install_api",
    "repoint": "repoint",
    "expiry": "set_expiry",
    "requests": "requests",
    "log": "log",
    "keys": "make_key",
    "rules": "add_rule",
    "consent": "consent",
    "page": "page",
}
EVERY_SKILL: frozenset[Skill] = frozenset(_METHOD_OF)


def skills_of(adapter: object) -> frozenset[Skill]:
    """What an adapter can do: its own word for it, ``can``, where it has one, else the methods it has."""
    said = getattr(adapter, "can", None)
    return (
        frozenset(skill for skill, method in _METHOD_OF.items() if hasattr(adapter, method)) if said is None else said
    )
