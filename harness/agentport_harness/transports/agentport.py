"""The AgentPort REST API as an adapter: it drives the reference gateway and AgentPort alike, signed in as a human."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from agentport_harness.core.errors import UnreachableError
from agentport_harness.core.transcript import Deed, Mode

if TYPE_CHECKING:
    import httpx2

NOT_FOUND = 404
_DECISIONS: dict[Deed, str] = {"approves": "approve-once", "always_allows": "allow-tool", "denies": "deny"}


class AgentPortAdapter:
    """`Adapter` over ``/api``; every call is made with a human's login token."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def install(self, name: str, url: str) -> str:
        added = await self._ask("POST", "/api/integrations/custom", {"name": name, "url": url})
        integration_id = str(added.get("integration_id") or added["id"])
        await self._ask("POST", "/api/installed", {"integration_id": integration_id, "auth_method": "none"})
        return integration_id

    async def uninstall(self, integration_id: str) -> None:
        # the agent may have removed it already
        await self._ask("DELETE", f"/api/installed/{integration_id}", gone=True)
        await self._ask("DELETE", f"/api/integrations/custom/{integration_id}", gone=True)

    async def set_mode(self, integration_id: str, tool: str, mode: Mode) -> None:
        await self._ask("PUT", f"/api/tool-settings/{integration_id}/{tool}", {"mode": mode})

    async def set_expiry(self, seconds: float | None) -> None:
        minutes = None if seconds is None else max(1, math.ceil(seconds / 60))
        await self._ask("PATCH", "/api/org-settings", {"approval_expiry_minutes": minutes})

    async def decide(self, request_id: str, deed: Deed) -> None:
        await self._ask("POST", f"/api/tool-approvals/requests/{request_id}/{_DECISIONS[deed]}", {})

    async def undecided(self) -> Sequence[Mapping[str, Any]]:
        """The requests that wait for a decision, oldest first: id, integration_id, tool_name, args."""
        found = await self._ask("GET", "/api/tool-approvals/requests?status=pending&limit=200")
        return list(reversed(found))

    async def log(self, integration_id: str) -> Sequence[Mapping[str, Any]]:
        """What the gateway logged of an integration's calls, oldest first: tool_name, args, outcome."""
        found = await self._ask("GET", f"/api/logs?integration_id={integration_id}&limit=500")
        return list(reversed(found))

    async def _ask(self, method: str, path: str, body: Any = None, *, gone: bool = False) -> Any:
        import httpx2

        try:
            response = await self._http.request(method, path, json=body)
        except httpx2.HTTPError as error:
            raise UnreachableError("gateway-died", f"{method} {path} failed: {error!r}") from None
        if gone and response.status_code == NOT_FOUND:
            return {}
        if response.is_error:
            raise UnreachableError(
                "adapter-refused", f"{method} {path} was answered {response.status_code}: {response.text[:300]}",
                hint="are these the credentials of a human who may administer this organisation?",
            )  # fmt: skip
        return response.json() if response.content else {}


@asynccontextmanager
async def signed_in(base_url: str, email: str, password: str) -> AsyncIterator[AgentPortAdapter]:
    """An adapter for the gateway at ``base_url``. Raises `UnreachableError` when the sign-in is refused."""
    import httpx2

    async with httpx2.AsyncClient(
        base_url=base_url, timeout=30.0, verify=base_url.startswith("https"), trust_env=False
    ) as http:
        try:
            answer = await http.post("/api/auth/token", data={"username": email, "password": password})
        except httpx2.HTTPError as error:
            raise UnreachableError("unreachable", f"nothing answers: {error!r}", at=base_url) from None
        if answer.is_error:
            raise UnreachableError(
                "sign-in-refused", f"the gateway refused the human's sign-in ({answer.status_code})", at=base_url,
                hint="check --human-email and the password's variable (--human-password-env)",
            )  # fmt: skip
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield AgentPortAdapter(http)
