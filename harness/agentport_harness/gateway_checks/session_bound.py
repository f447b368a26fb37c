"""A session belongs to the credential that opened it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, Unseen, gateway_check, sighted
from agentport_harness.bench.raw_session import RawSession, is_refused, raw_session
from agentport_harness.core.json_values import JSON
from agentport_harness.surfaces.names import PREFIX

_LOOK: dict[str, JSON] = {"name": f"{PREFIX}list_installed_integrations", "arguments": {}}


@gateway_check(
    "GW410",
    level="MUST",
    needs=("second",),
    timeout=90,
    why="Session ids end up in logs and proxies: with one, another tenant would act as this one, under a wrong name.",
    mend="Keep the credential's id with the session, and compare on every request; end a revoked key's sessions.",
)
async def session_bound(bench: Bench) -> AsyncIterator[Sighting]:
    """An MCP session id serves only the credential that opened it.

    Another tenant's key on it is refused, a revoked key loses its live sessions, and the log names the key that
    really called. Sessions are opened by the 2025-11-25 handshake, whichever revision the run is made on.
    """
    second = bench.stand.second
    if second is None:
        raise NotReachedError("there is no second organisation")
    session = await raw_session(bench, revision="2025-11-25")
    if not session.session_id:
        yield Unseen(reason="the gateway opens no sessions: it names no Mcp-Session-Id")
        return
    await _works(session)
    strangers = {"another organisation's key": bench.stand.credential_of(second.api_key), "no credential": {}}
    if bench.can("keys"):
        strangers["another key of the same organisation"] = bench.stand.credential_of((await bench.key()).secret)
    for what, auth in strangers.items():
        answer = await session.send("tools/call", _LOOK, auth=auth)
        yield sighted(is_refused(answer), f"a session serves {what}", expected="refused, as an unknown session is")
        await session.end(auth=auth)
        answer = await session.send("tools/call", _LOOK)
        yield sighted(not is_refused(answer), f"a session was ended with {what}", expected="the session lives on")
    if bench.can("keys"):
        key = await bench.key()
        own = await raw_session(bench, api_key=key.secret, revision="2025-11-25")
        await _works(own)
        await bench.adapter.revoke_key(key.id)
        answer = await own.send("tools/call", _LOOK)
        yield sighted(is_refused(answer), "a revoked key goes on with the session it had", expected="401")
    if all(bench.can(skill) for skill in ("keys", "log", "mode", "install")) and bench.stand.probe is not None:
        yield await _logged(bench)


async def _works(session: RawSession) -> None:
    answer = await session.send("tools/call", _LOOK)
    if is_refused(answer):
        raise NotReachedError(f"a session does not serve its own key: {answer.status} {answer.text[:200]}")


async def _logged(bench: Bench) -> Sighting:
    """Two keys call one tool, the later one after the earlier: its entry has to name it."""
    tool = await bench.tool(mode="allow")
    await (await bench.agent()).call(tool, {"by": "the first"})
    name = f"really called {bench.stand.unique()}"
    key = await bench.key(name)
    await (await bench.new_agent(api_key=key.secret)).call(tool, {"by": "the second"})
    entries = [json.dumps(dict(one)) for one in await bench.adapter.log(integration_id=tool.integration_id)]
    mine = next((one for one in entries if '"the second"' in one), "")
    return sighted(
        bool(mine) and (key.id in mine or name in mine),
        "the log does not name the key that really called",
        expected="the id or the name of the key that made the call",
        evidence=mine or f"{len(entries)} entries, none of them of the call",
    )
