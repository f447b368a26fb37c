"""API keys, looked up once and remembered until they are revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentport_gateway.auth.hashing import KEY_PREFIX, secret_hash
from agentport_gateway.domain.identity import Agent
from agentport_gateway.store import accounts

if TYPE_CHECKING:
    from agentport_gateway.domain.time import Clock
    from agentport_gateway.store.database import Database

_MOST_REMEMBERED = 10_000


class Keys:
    """The keys in use by this process. A revoked one is forgotten before its revocation is answered."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._agents: dict[str, Agent] = {}
        self._revoked: set[str] = set()
        self._used: set[str] = set()
        self.keeps = True
        """Whether revocations by other processes would be heard; while not, nothing is remembered."""

    async def find(self, secret: str) -> Agent | None:
        """Whose key this is; None for a malformed, unknown or revoked one."""
        if not secret.startswith(KEY_PREFIX):
            return None
        # Hashing first makes the time of the look-up independent of how much of a guess is right.
        hashed = secret_hash(secret)
        agent = self._agents.get(hashed)
        if agent is None:
            found = await self._database.read(lambda connection: accounts.key_by_hash(connection, hashed))
            if found is None or found.id in self._revoked:
                return None
            agent = Agent(org_id=found.org_id, key_id=found.id, key_name=found.name, key_prefix=found.prefix)
            if len(self._agents) >= _MOST_REMEMBERED:
                self._agents.clear()
            if self.keeps:
                self._agents[hashed] = agent
        self.note_use(agent.key_id)
        return agent

    def note_use(self, key_id: str) -> None:
        """Remember that a credential was in use."""
        self._used.add(key_id)

    def is_revoked(self, key_id: str) -> bool:
        """Whether this process has heard that the key was revoked."""
        return key_id in self._revoked

    def revoke(self, key_id: str) -> None:
        """Forget a key for good."""
        self._revoked.add(key_id)
        for hashed in [hashed for hashed, agent in self._agents.items() if agent.key_id == key_id]:
            del self._agents[hashed]

    def forget(self) -> None:
        """Look every key up again: a revocation may have been missed."""
        self._agents.clear()

    async def note_uses(self) -> None:
        """Write down which keys were in use since the last time."""
        if self._used:
            used, self._used = sorted(self._used), set()
            now = self._clock.now()
            await self._database.write(lambda connection: accounts.note_key_use(connection, used, now), durable=False)
