"""The gateway's REST surface with an agent's credential."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentport_harness.core.errors import UnreachableError
from agentport_harness.core.json_values import JSON, parsed

if TYPE_CHECKING:
    import httpx2


@dataclass(frozen=True, slots=True, kw_only=True)
class RestAnswer:
    """What a request was answered with; ``body`` is None where the text is not JSON."""

    status: int
    text: str
    body: JSON


class AgentRest:
    """Sends requests as the agent."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def ask(self, method: str, path: str, body: JSON, *, timeout: float) -> RestAnswer:
        """The answer within ``timeout`` seconds. Raises `UnreachableError` when there is none."""
        import httpx2

        try:
            response = await self._http.request(method, path, json=body, timeout=timeout)
        except httpx2.HTTPError as error:
            raise UnreachableError("gateway-died", f"{method} {path} got no answer: {error!r}") from None
        return RestAnswer(status=response.status_code, text=response.text, body=parsed(response.text))


@asynccontextmanager
async def agent_rest(base_url: str, api_key: str) -> AsyncIterator[AgentRest]:
    """The REST surface at ``base_url``."""
    import httpx2

    async with httpx2.AsyncClient(
        base_url=base_url,
        headers={"X-API-Key": api_key},
        verify=base_url.startswith("https"),
        trust_env=False,
    ) as http:
        yield AgentRest(http)
