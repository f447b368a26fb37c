"""Who is calling: an agent with an API key, or a signed-in human. Never both."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An agent credential: may list, install, call and await; never decides, configures or reads logs."""

    org_id: str
    key_id: str
    key_name: str
    key_prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Human:
    """A signed-in member of an organisation."""

    org_id: str
    user_id: str
    email: str
    has_second_factor: bool = False


Caller = Agent | Human


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a call came from: what the client program says it is, and the address it called from."""

    client: str | None = None
    address: str | None = None

    @classmethod
    def told(cls, client: str | None, address: str | None) -> Origin:
        """The origin with both cut to what is kept."""
        return cls(client=client[:200] if client else None, address=address[:64] if address else None)
