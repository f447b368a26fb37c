"""Access tokens for `/mcp`, looked up once and remembered until they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentport_gateway.auth.hashing import ACCESS_PREFIX, secret_hash
from agentport_gateway.domain.identity import Agent
from agentport_gateway.store import oauth

if TYPE_CHECKING:
    from datetime import datetime

    from agentport_gateway.auth.keys import Keys
    from agentport_gateway.domain.time import Clock
    from agentport_gateway.store.database import Database

_MOST_REMEMBERED = 10_000


class Tokens:
    """The access tokens in use by this process; `keys` knows which of their connections were revoked."""

    def __init__(self, database: Database, clock: Clock, keys: Keys) -> None:
        self._database = database
        self._clock = clock
        self._keys = keys
        self._found: dict[str, tuple[Agent, str, datetime]] = {}

    async def find(self, secret: str, *, audience: str) -> Agent | None:
        """Whose token this is; None when it is no living access token, or was issued for another resource."""
        if not secret.startswith(ACCESS_PREFIX):
            return None
        hashed, now = secret_hash(secret), self._clock.now()
        known = self._found.get(hashed)
        if known is None:
            token = await self._database.read(lambda connection: oauth.find_token(connection, hashed, now=now))
            if token is None or token.kind != "access":
                return None
            agent = Agent(org_id=token.org_id, key_id=token.connection_id, key_name=token.name, key_prefix=token.prefix)
            known = (agent, token.resource, token.expires_at)
            if len(self._found) >= _MOST_REMEMBERED:
                self._found.clear()
            if self._keys.keeps:
                self._found[hashed] = known
        agent, resource, expires_at = known
        if now >= expires_at or self._keys.is_revoked(agent.key_id):
            self._found.pop(hashed, None)
            return None
        if resource != audience:
            return None
        self._keys.note_use(agent.key_id)
        return agent

    def forget(self) -> None:
        """Look every token up again: a revocation may have been missed."""
        self._found.clear()
