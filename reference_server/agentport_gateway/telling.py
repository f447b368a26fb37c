"""Telling the other processes that something was asked: soon after, and once for however much was asked meanwhile.

The news are not part of the asking. PostgreSQL commits transactions that carry news one after the other, each with its
flush, and every process hears each of them: with several workers, asking would be as slow as with one. Nobody who waits
for a decision needs these news; they tell pages and webhooks, which look for themselves too.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from agentport_gateway.store.database import StoreUnavailableError
from agentport_gateway.store.news import announce

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from agentport_gateway.store.database import Database

_LOGGER = logging.getLogger("agentport_gateway.telling")
_SOON_SECONDS = 0.02
_AGAIN_SECONDS = 1.0


class Telling:
    """What this process has not yet told the others."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def asked(self, org_id: str) -> None:
        """An organisation was asked something."""
        if self._database.is_sqlite:
            return  # there are no others
        self._asked.add(org_id)
        if self._task is None:
            self._task = asyncio.create_task(self._tell(), name="telling")

    async def close(self) -> None:
        """Tell what is left."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        if self._asked:
            await self._say()

    async def _tell(self) -> None:
        rest = _SOON_SECONDS
        while self._asked:
            await asyncio.sleep(rest)
            rest = _SOON_SECONDS if await self._say() else _AGAIN_SECONDS
        self._task = None

    async def _say(self) -> bool:
        said, self._asked = self._asked, set()

        def write(connection: Connection) -> None:
            for org_id in sorted(said):
                announce(connection, "asked", org_id)

        try:
            await self._database.write(write, durable=False)
        except StoreUnavailableError:
            _LOGGER.warning("the other processes could not be told; trying again")
            self._asked |= said
            return False
        return True
