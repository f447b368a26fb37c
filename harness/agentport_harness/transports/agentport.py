"""The AgentPort REST API as an adapter: it drives the reference gateway and AgentPort alike, signed in as a human."""

from __future__ import annotations

import contextlib
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from agentport_harness.core.errors import UnreachableError
from agentport_harness.core.json_values import JSON, as_object, as_text, parsed
from agentport_harness.core.transcript import Deed, Mode
from agentport_harness.transports.adapter import EVERY_SKILL, AuthMethod, Decided, Key, Skill
from agentport_harness.transports.consenting import Person, agree, read_page
from agentport_harness.transports.second_factor import PACE, SecondFactor

if TYPE_CHECKING:
    import httpx2

NOT_FOUND, FORBIDDEN = 404, 403
SECOND_FACTOR = (
    "the human of --human-email has a second factor: give its secret (AGENTPORT_HUMAN_TOTP_SECRET, --human-totp-file), "
    "or take a human without one, on a gateway for tests"
)
CODES_REFUSED = "the gateway refuses the codes of the second factor: is the secret that of the human of --human-email?"
_ON_PAGES: tuple[Skill, ...] = ("consent", "page")
_WITH_CODE: tuple[Skill, ...] = ("decide", "mode", *_ON_PAGES)
_DECISIONS: dict[Deed, str] = {"approves": "approve-once", "always_allows": "allow-tool", "denies": "deny"}


class AgentPortAdapter:
    """`Adapter` over ``/api``; every call is made with a human's login token.

    Pages are opened, and consent is given on them, only where the human's email and password are known. What a second
    factor protects is confirmed by ``factor`` where it is known. ``pace`` is how many seconds that may take.
    """

    def __init__(
        self, http: httpx2.AsyncClient, *, email: str = "", password: str = "", factor: SecondFactor | None = None
    ) -> None:
        self._http = http
        self._email, self._password = email, password
        self._factor = factor
        self._apis: set[str] = set()
        self._expiry_before: float | None = None
        self.pace = 0.0
        self.lacks: dict[Skill, str] = {} if email else dict.fromkeys(_ON_PAGES, "the human's password is not known")

    @property
    def can(self) -> frozenset[Skill]:
        return EVERY_SKILL - self.lacks.keys()

    async def look_for_second_factor(self) -> None:
        """Where the human has one nothing can be approved or allowed: that is lacking then, and said by name."""
        status = await self._send("GET", "/api/users/me/totp/status", None)
        with contextlib.suppress(ValueError):  # a gateway without second factors may answer with a page
            if status.is_success and as_object(status.json()).get("enabled"):
                if self._factor is None:
                    self.lacks |= dict.fromkeys(_WITH_CODE, SECOND_FACTOR)
                else:
                    self.pace = PACE

    async def consent(self, url: str) -> str:
        return await agree(url, self._person)

    async def page(self, url: str) -> str:
        return await read_page(url, self._person)

    @property
    def _person(self) -> Person:
        return Person(email=self._email, password=self._password, code=self._factor.code if self._factor else None)

    async def install(self, name: str, url: str, *, auth_method: AuthMethod = "none") -> str:
        signs_in = {} if auth_method == "none" else {"auth_methods": [auth_method]}
        added = await self._ask("POST", "/api/integrations/custom", {"name": name, "url": url, **signs_in})
        integration_id = str(added.get("integration_id") or added["id"])
        await self._ask("POST", "/api/installed", {"integration_id": integration_id, "auth_method": auth_method})
        return integration_id

    async def uninstall(self, integration_id: str) -> None:
        # the agent may have removed it already
        await self._ask("DELETE", f"/api/installed/{integration_id}", gone=True)
        kind = "custom-api" if integration_id in self._apis else "custom"
        await self._ask("DELETE", f"/api/integrations/{kind}/{integration_id}", gone=True)

    async def set_mode(self, integration_id: str, tool: str, mode: Mode) -> None:
        await self._ask("PUT", f"/api/tool-settings/{integration_id}/{tool}", {"mode": mode})

    async def set_expiry(self, seconds: float | None) -> None:
        if seconds is None:
            minutes = self._expiry_before
        else:
            kept = as_object(await self._ask("GET", "/api/org-settings")).get("approval_expiry_minutes_override")
            self._expiry_before = kept if isinstance(kept, int | float) else None
            minutes = max(1, math.ceil(seconds / 60))
        await self._ask("PATCH", "/api/org-settings", {"approval_expiry_minutes": minutes})

    async def decide(self, request_id: str, deed: Deed) -> None:
        await self._ask("POST", f"/api/tool-approvals/requests/{request_id}/{_DECISIONS[deed]}", {})

    async def try_decide(self, request_id: str, deed: Deed) -> Decided:
        path = f"/api/tool-approvals/requests/{request_id}/{_DECISIONS[deed]}"
        response = await self._send("POST", path, {})
        return Decided(accepted=response.is_success, status=response.status_code, text=response.text)

    async def install_api(self, name: str, base_url: str, tools: Sequence[Mapping[str, JSON]]) -> str:
        declared = {"name": name, "base_url": base_url, "tools": list(tools)}
        added = await self._ask("POST", "/api/integrations/custom-api", declared)
        integration_id = str(added.get("integration_id") or added["id"])
        self._apis.add(integration_id)
        await self._ask("POST", "/api/installed", {"integration_id": integration_id, "auth_method": "none"})
        return integration_id

    async def repoint(self, integration_id: str, url: str) -> None:
        await self._ask("PATCH", f"/api/integrations/custom/{integration_id}", {"url": url})

    async def requests(self, **wanted: str) -> Sequence[Mapping[str, JSON]]:
        found = await self._ask("GET", "/api/tool-approvals/requests?" + urlencode(wanted))
        return tuple(found)

    async def request(self, request_id: str) -> Mapping[str, JSON]:
        return as_object(await self._ask("GET", f"/api/tool-approvals/requests/{request_id}", gone=True))

    async def log(self, **wanted: str) -> Sequence[Mapping[str, JSON]]:
        return tuple(await self._ask("GET", "/api/logs?" + urlencode(wanted)))

    async def make_key(self, name: str) -> Key:
        made = await self._ask("POST", "/api/api-keys", {"name": name})
        return Key(id=str(made["id"]), secret=str(made["plain_key"]))

    async def revoke_key(self, key_id: str) -> None:
        await self._ask("DELETE", f"/api/api-keys/{key_id}", gone=True)

    async def add_rule(self, integration_id: str, tool: str, rule: Mapping[str, JSON]) -> str:
        added = await self._ask("POST", f"/api/tool-settings/{integration_id}/{tool}/rules", rule)
        return str(added["id"])

    async def _ask(self, method: str, path: str, body: Any = None, *, gone: bool = False) -> Any:
        response = await self._send(method, path, body)
        if gone and response.status_code == NOT_FOUND:
            return {}
        if response.is_error:
            raise UnreachableError(
                "adapter-refused", f"{method} {path} was answered {response.status_code}: {response.text[:300]}",
                hint="are these the credentials of a human who may administer this organisation?",
            )  # fmt: skip
        try:
            return response.json() if response.content else {}
        except ValueError:
            raise UnreachableError("adapter-refused", f"{method} {path} was not answered with JSON") from None

    async def _send(self, method: str, path: str, body: Any) -> httpx2.Response:
        response = await self._once(method, path, body)
        if self._factor is None or _wants(response) != "totp_required":
            return response
        response = await self._factor.confirm(
            lambda code: self._once(method, path, {**(body or {}), "totp_code": code}),
            lambda answer: _wants(answer) == "totp_invalid",
        )
        if self._factor.refused:
            self.lacks |= dict.fromkeys(_WITH_CODE, CODES_REFUSED)
        return response

    async def _once(self, method: str, path: str, body: Any) -> httpx2.Response:
        import httpx2

        try:
            return await self._http.request(method, path, json=body)
        except httpx2.HTTPError as error:
            raise UnreachableError("gateway-died", f"{method} {path} failed: {error!r}") from None


def _wants(response: httpx2.Response) -> str:
    """What a refusal says of the second factor, empty where it is about something else."""
    if response.status_code != FORBIDDEN:
        return ""
    detail = as_object(as_object(parsed(response.text)).get("detail"))
    return as_text(detail.get("error"))


@asynccontextmanager
async def signed_in(
    base_url: str, email: str, password: str, factor: SecondFactor | None = None
) -> AsyncIterator[AgentPortAdapter]:
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
        try:
            http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        except (ValueError, KeyError, TypeError):
            raise UnreachableError(
                "sign-in-refused", "the sign-in was not answered with an access token", at=base_url
            ) from None
        adapter = AgentPortAdapter(http, email=email, password=password, factor=factor)
        await adapter.look_for_second_factor()
        yield adapter
