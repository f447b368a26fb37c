"""The wiring: settings, clock and ids in, one ASGI application out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from agentport_gateway.auth.keys import Keys
from agentport_gateway.auth.limits import Limits
from agentport_gateway.auth.sealing import Sealer
from agentport_gateway.auth.tokens import Tokens
from agentport_gateway.catalog import load_catalog
from agentport_gateway.gateway import Announcements, Gateway
from agentport_gateway.hearing import hear
from agentport_gateway.operations.client_documents import ClientDocuments
from agentport_gateway.operations.notifying import tell_all
from agentport_gateway.operations.running import LEASE, Runs
from agentport_gateway.starting import opening
from agentport_gateway.store import address_counts, approvals, audit, page_requests
from agentport_gateway.store.database import open_database
from agentport_gateway.store.migrate import migrate
from agentport_gateway.surfaces.front import Front
from agentport_gateway.surfaces.mcp.endpoint import McpEndpoint
from agentport_gateway.surfaces.mcp.portable_sessions import PortableSessions
from agentport_gateway.surfaces.mcp.server import build_server
from agentport_gateway.surfaces.mcp.sessions import Sessions
from agentport_gateway.surfaces.mcp.streams import Streams
from agentport_gateway.surfaces.mcp.tool_changes import ToolChanges
from agentport_gateway.system import RandomIds, SystemClock
from agentport_gateway.telling import Telling
from agentport_gateway.upstreams.pool import Upstreams
from agentport_gateway.views import Views
from agentport_gateway.waits import Waits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.domain.time import Clock, Ids
    from agentport_gateway.settings import Settings

_LOGGER = logging.getLogger("agentport_gateway")
_UPKEEP_SECONDS = LEASE.total_seconds() / 3
_LAST_RUNS_SECONDS = 5.0
_FORGET_PAGES = timedelta(days=2)
"""Longer than a request can live: what is older, no client came back for."""
_ENDED_AT_ONCE = 100


def build(settings: Settings, *, clock: Clock | None = None, ids: Ids | None = None) -> Front:
    """The ASGI application of a gateway; its lifespan opens and closes everything."""
    gateway = _parts(settings, clock or SystemClock(), ids or RandomIds())
    streams = Streams()
    changes = ToolChanges(streams)
    sessions = Sessions(
        build_server(gateway, changes, streams),
        max_body_bytes=settings.max_body_bytes,
        stateless=settings.stateless_sessions,
    )
    gateway.announcements.tools_changed.append(changes.announce)
    gateway.announcements.key_revoked += [sessions.end_soon, streams.end_of]
    gateway.announcements.page_asked.append(streams.asked)
    portable = PortableSessions(gateway, streams) if settings.stateless_sessions else None
    endpoint = McpEndpoint(
        settings=settings, keys=gateway.keys, tokens=gateway.tokens, sessions=sessions, portable=portable
    )
    return Front(
        gateway=gateway,
        mcp=endpoint,
        lifespan=lambda: _life(gateway, sessions, streams),
        close_streams=streams.close,
    )


def _parts(settings: Settings, clock: Clock, ids: Ids) -> Gateway:
    database = open_database(settings.database_url)
    sealer = Sealer(settings.secret_key)
    views = Views(database, load_catalog(demo=settings.demo))
    waits = Waits(clock)
    upstreams = Upstreams(settings, clock, sealer, database, signed_out=views.drop)
    keys = Keys(database, clock)
    return Gateway(
        settings=settings,
        clock=clock,
        ids=ids,
        database=database,
        keys=keys,
        tokens=Tokens(database, clock, keys),
        limits=Limits(database, clock),
        documents=ClientDocuments(),
        sealer=sealer,
        views=views,
        waits=waits,
        telling=Telling(database),
        upstreams=upstreams,
        runs=Runs(runner=ids.uuid(), clock=clock, database=database, views=views, waits=waits, upstreams=upstreams),
        announcements=Announcements(),
    )


@contextlib.asynccontextmanager
async def _life(gateway: Gateway, sessions: Sessions, streams: Streams) -> AsyncIterator[None]:
    """The time between start and end. What keeps the gateway from starting is raised as CannotStartError."""
    database = gateway.database
    with opening(database.engine):
        migrate(database.engine)
        database.start()
    try:
        with opening(database.engine):
            await _recover(gateway)
        tasks = [
            asyncio.create_task(_upkeep(gateway), name="upkeep"),
            asyncio.create_task(tell_all(gateway), name="notices"),
        ]
        if not database.is_sqlite:
            gateway.views.keeps = gateway.keys.keeps = False
            tasks.append(asyncio.create_task(hear(gateway), name="hearing"))
        try:
            async with sessions.run():
                yield
                gateway.waits.release()
                streams.close()
                await gateway.runs.drain(_LAST_RUNS_SECONDS)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await gateway.upstreams.close()
            await gateway.telling.close()
            await gateway.keys.note_uses()
    finally:
        database.close()


async def _recover(gateway: Gateway) -> None:
    """Write down what a predecessor could not: its runs that were cut off, and what expired meanwhile."""
    now = gateway.clock.now()
    alone = gateway.runs.runner if gateway.database.is_sqlite else None

    def write(connection: Connection) -> None:
        lost = approvals.lose_runs(connection, now=now, but=alone)
        audit.complete_requests(connection, [one.id for one in lost], outcome="outcome_unknown", now=now)

    await gateway.database.write(write)
    await _end_overdue(gateway)


async def _upkeep(gateway: Gateway) -> None:
    while True:
        await asyncio.sleep(_UPKEEP_SECONDS)
        try:
            await gateway.runs.renew_leases()
            await gateway.keys.note_uses()
            await _end_overdue(gateway)
        except Exception:
            _LOGGER.exception("the upkeep failed; it is tried again")


async def _end_overdue(gateway: Gateway) -> None:
    now = gateway.clock.now()

    def write(connection: Connection) -> list[ApprovalRequest]:
        ended = approvals.end_overdue(connection, now, limit=_ENDED_AT_ONCE)
        page_requests.forget(connection, asked_before=now - _FORGET_PAGES)
        audit.complete_requests(connection, [one.id for one in ended], outcome="expired", now=now)
        if not gateway.database.is_sqlite:
            lost = approvals.lose_runs(connection, now=now)
            audit.complete_requests(connection, [one.id for one in lost], outcome="outcome_unknown", now=now)
        address_counts.forget_ended(connection, now)
        return ended

    more = True
    while more:
        ended = await gateway.database.write(write, durable=False)
        more = len(ended) == _ENDED_AT_ONCE
        for org_id in {one.org_id for one in ended}:
            gateway.waits.stir(org_id)
