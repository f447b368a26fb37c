"""`/events`: tells an open page that something changed, so that it looks again. No news travels in it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, StreamingResponse

from agentport_gateway.operations.signing_in import find_session
from agentport_gateway.surfaces.web.pages import Pages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.responses import Response

    from agentport_gateway.gateway import Gateway
    from agentport_gateway.surfaces.web.visit import Visit

pages = Pages()

_STILL_THERE_SECONDS = 20.0
_PAUSE_SECONDS = 0.1
_MOST_STREAMS = 200


@pages.get("/events", redirects=False)
async def events(visit: Visit) -> Response:
    """A stream for one open page of one signed-in browser."""
    gateway, org_id, secret = visit.gateway, visit.human.org_id, visit.secret or ""
    if gateway.waits.watchers(org_id) >= _MOST_STREAMS:
        return PlainTextResponse("Too many pages are open.", 429)
    return StreamingResponse(
        _news(gateway, org_id, secret),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _news(gateway: Gateway, org_id: str, secret: str) -> AsyncIterator[str]:
    with gateway.waits.watching(org_id) as listener:
        yield "retry: 3000\n\n"
        while not gateway.waits.closing:
            changed = await listener.wait(_STILL_THERE_SECONDS)
            found = await find_session(gateway, secret)
            if found is None or found[0].awaits_code:
                yield "event: ended\ndata: 1\n\n"
                return
            # However much happens, a page looks again a few times a second.
            if changed:
                await asyncio.sleep(_PAUSE_SECONDS)
            yield "event: changed\ndata: 1\n\n" if changed else ": still there\n\n"
