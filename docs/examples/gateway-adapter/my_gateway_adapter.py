"""An adapter for `agentport-conformance gateway --adapter my-gateway`: a human's hands at a gateway, over its HTTP."""

from contextlib import asynccontextmanager

import httpx2

from agentport_harness.transports.adapter import Decided

DECISIONS = {"approves": "approve-once", "always_allows": "allow-tool", "denies": "deny"}


class MyGateway:
    """As many of the adapter's methods as this gateway allows; a check that needs another is skipped."""

    def __init__(self, http):
        self.http = http

    async def try_decide(self, request_id, deed):
        answer = await self.http.post(f"/api/tool-approvals/requests/{request_id}/{DECISIONS[deed]}", json={})
        return Decided(accepted=answer.is_success, status=answer.status_code, text=answer.text)

    async def install(self, name, url):
        added = await self._ask("POST", "/api/integrations/custom", {"name": name, "url": url})
        await self._ask("POST", "/api/installed", {"integration_id": added["id"], "auth_method": "none"})
        return added["id"]

    async def uninstall(self, integration_id):
        await self.http.delete(f"/api/installed/{integration_id}")
        await self.http.delete(f"/api/integrations/custom/{integration_id}")

    async def set_mode(self, integration_id, tool, mode):
        await self._ask("PUT", f"/api/tool-settings/{integration_id}/{tool}", {"mode": mode})

    async def _ask(self, method, path, body):
        answer = await self.http.request(method, path, json=body)
        return answer.raise_for_status().json()


@asynccontextmanager
async def adapter(gateway):
    """Sign in as the human of --human-email, whose password the gateway's options hold."""
    async with httpx2.AsyncClient(base_url=gateway.base_url, timeout=30) as http:
        human = {"username": gateway.human_email, "password": gateway.human_password}
        answer = (await http.post("/api/auth/token", data=human)).raise_for_status()
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield MyGateway(http)
