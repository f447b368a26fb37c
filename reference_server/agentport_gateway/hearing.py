"""Hearing what other processes changed, and distrusting what is remembered while nothing can be heard."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from agentport_gateway.store import accounts
from agentport_gateway.store.groups import StoreUnavailableError
from agentport_gateway.store.news import CHANNEL

if TYPE_CHECKING:
    from datetime import datetime

    from agentport_gateway.gateway import Gateway

_LOGGER = logging.getLogger("agentport_gateway.hearing")
_RETRY_SECONDS = 1.0
_STILL_THERE_SECONDS = 5.0
_CLOCKS_APART = timedelta(minutes=1)
"""How far another host's clock may be from this one's."""


async def hear(gateway: Gateway) -> None:
    """Listen until cancelled. A lost connection is made again, and then everything is looked at anew."""
    import psycopg

    heard_until = gateway.clock.now()
    url = gateway.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
            async with connection:
                await connection.execute(f"LISTEN {CHANNEL}")  # type: ignore[arg-type,unused-ignore]
                _trust(gateway, True)
                await _catch_up(gateway, heard_until - _CLOCKS_APART)
                while True:
                    async for notice in connection.notifies(timeout=_STILL_THERE_SECONDS):
                        # What this process changed itself it has seen already.
                        if notice.pid not in gateway.database.own_sessions:
                            _take(gateway, notice.payload)
                    # A connection that died silently shows here, within seconds.
                    await asyncio.wait_for(connection.execute("SELECT 1"), _STILL_THERE_SECONDS)
                    heard_until = gateway.clock.now()
        except (psycopg.Error, OSError, TimeoutError, StoreUnavailableError) as error:
            _LOGGER.warning("changes by other processes cannot be heard: %s; trying again", type(error).__name__)
        finally:
            _trust(gateway, False)
        await asyncio.sleep(_RETRY_SECONDS)


def _trust(gateway: Gateway, trusted: bool) -> None:
    gateway.views.keeps = trusted
    gateway.keys.keeps = trusted
    gateway.views.drop_all()
    gateway.keys.forget()
    gateway.tokens.forget()
    gateway.waits.wake_all()
    for look in gateway.announcements.page_asked:
        look(None)


async def _catch_up(gateway: Gateway, since: datetime) -> None:
    """End what a revoked key still has open, and let every client look at its tools again."""
    for key_id in await gateway.database.read(lambda connection: accounts.keys_revoked_since(connection, since)):
        _take(gateway, f"key:{key_id}")
    for tell in gateway.announcements.tools_changed:
        tell(None)


def _take(gateway: Gateway, payload: str) -> None:
    subject, _, which = payload.partition(":")
    match subject:
        case "request":
            gateway.waits.wake(which)
            gateway.waits.stir_all()
        case "asked" | "pages":
            gateway.waits.stir(which)
        case "org":
            gateway.views.drop(which)
        case "tools":
            gateway.views.drop(which)
            for tell in gateway.announcements.tools_changed:
                tell(which)
        case "key":
            gateway.keys.revoke(which)
            for end in gateway.announcements.key_revoked:
                end(which)
        case "session":
            for look in gateway.announcements.page_asked:
                look(which)
        case _:
            _LOGGER.warning("unknown news: %s", subject)
