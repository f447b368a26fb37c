"""A reference gateway in this process, whole or broken, and a stand to check it from."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

from agentport_gateway.app import build
from agentport_gateway.listening import bind
from agentport_gateway.settings import Settings
from agentport_gateway.store import accounts
from agentport_gateway.store.database import Database
from agentport_harness.bench.stand import Stand, Tenant
from agentport_harness.transports.agentport import AgentPortAdapter
from agentport_harness.transports.probe import probing
from tests.faults.fault import Fault
from tests.faults.time import BenchTime, LoopClock, counted
from tests.gateway.web.people import PASSWORD, cheap_hash
from tests.gateway.world import Tenant as Furnished
from tests.gateway.world import furnish_tenant, served

WHOLE = Fault(name="whole", check="", settings={})
ROUNDS = 3


@contextlib.asynccontextmanager
async def staged(folder: Path, fault: Fault = WHOLE, **options: Any) -> AsyncIterator[Stand]:
    """A stand before the gateway with this fault; an await holds the line for 1 s at most. Runs in a `WaitingLoop`."""
    clock = LoopClock()
    given: dict[str, Any] = {
        "database_url": f"sqlite:///{folder / 'gateway.sqlite'}",
        "secret_key": "a key for tests",
        "demo": True,
        "allow_upstreams": ("127.0.0.0/8",),
        "organisations": 2,
        "poll_budget_seconds": 1.0,
        "approval_expiry_seconds": 86_400.0,
        "upstream_timeout_seconds": 3.0,
        "upstream_max_bytes": 1024 * 1024,
        "max_pending_per_key": 50,
        **fault.settings,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anyio.to_thread, "run_sync", counted(anyio.to_thread.run_sync))
        patch.setattr(Database, "write", counted(Database.write))
        fault.apply(patch)
        async with contextlib.AsyncExitStack() as stack:
            house = _House(fault, given, clock)
            await house.open()
            stack.push_async_callback(house.close)
            probe = await stack.enter_async_context(probing())
            tenants = []
            for name in ("one", "two"):
                made = await house.furnish(name)
                http = await stack.enter_async_context(
                    httpx2.AsyncClient(base_url=house.base_url, headers=made.as_human, timeout=30)
                )
                tenants.append(Tenant(api_key=made.api_key, adapter=_human(http, name)))
            yield Stand(
                **{
                    "mcp_url": f"{house.base_url}/mcp",
                    "base_url": house.base_url,
                    "first": tenants[0],
                    "second": tenants[1],
                    "probe": probe,
                    "clock": BenchTime(),
                    "commands": {"restart": house.reopen, "stop": house.reopen},
                    "rounds": ROUNDS,
                    "poll_limit": 5.0,
                    "call_limit": 15.0,
                    "grace": 0.05,
                    "waiters": 20,
                    **options,
                }
            )


def _human(http: httpx2.AsyncClient, name: str) -> AgentPortAdapter:
    return AgentPortAdapter(http, email=f"{name}@example.org", password=PASSWORD)


class _House:
    """The gateway, opened over the same database and on the same port each time."""

    def __init__(self, fault: Fault, given: dict[str, Any], clock: LoopClock) -> None:
        self._fault = fault
        self._given = given
        self._clock = clock
        self._port = 0
        self._open = contextlib.AsyncExitStack()
        self.base_url = ""
        self.gateway: Any = None

    async def open(self) -> None:
        listener = bind("127.0.0.1", self._port)
        self._port = listener.getsockname()[1]
        front = build(Settings(**{"base_url": f"http://127.0.0.1:{self._port}", **self._given}), clock=self._clock)
        self.gateway = front.gateway
        served_at = served(self._fault.wrap(front), listener=listener)
        self.base_url, _ = await self._open.enter_async_context(served_at)

    async def furnish(self, name: str) -> Furnished:
        """An organisation whose human can also sign in on the pages."""
        made = await furnish_tenant(self.gateway, name)
        await self.gateway.database.write(
            lambda connection: accounts.set_password(connection, made.user_id, cheap_hash())
        )
        return made

    async def close(self) -> None:
        await self._open.aclose()

    async def reopen(self) -> None:
        await self.close()
        await self.open()
