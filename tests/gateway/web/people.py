"""People at the pages: a browser without scripts, that follows forms as they are written."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import httpx2
from argon2 import PasswordHasher

from agentport_gateway.auth.cookies import cookie_kind
from agentport_gateway.store import accounts
from tests.gateway.world import CALL, Tenant, World, ask, facts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PASSWORD = "correct horse battery"


@cache
def cheap_hash(password: str = PASSWORD) -> str:
    """A real hash that costs no time."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


@dataclass
class HtmlForm:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []
        self.text: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self._inside = False
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes += given.items()
        if tag == "form":
            self.forms.append(HtmlForm(given.get("action", "").partition("#")[0], given.get("method", "get")))
            self._inside = True
        elif self._inside and "name" in given:
            form = self.forms[-1]
            if tag == "button":
                form.buttons.append((given["name"], given.get("value", "")))
            elif tag == "textarea":
                self._area = given["name"]
                form.fields[self._area] = ""
            elif tag == "select" or given.get("type") not in ("checkbox", "radio") or "checked" in given:
                form.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._area is not None:
            self.forms[-1].fields[self._area] += data


@dataclass
class Screen:
    """What a person sees after a click."""

    answer: httpx2.Response
    forms: list[HtmlForm]
    text: str
    tags: list[str]
    attributes: list[tuple[str, str]]

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def path(self) -> str:
        return self.answer.url.path

    def form(self, action: str) -> HtmlForm:
        return next(one for one in self.forms if one.action == action)

    def deciding(self, decision: str) -> HtmlForm:
        return next(one for one in self.forms if ("decision", decision) in one.buttons)


def screen(answer: httpx2.Response) -> Screen:
    reader = _Reader()
    reader.feed(answer.text)
    return Screen(answer, reader.forms, " ".join("".join(reader.text).split()), reader.tags, reader.attributes)


@dataclass
class Person:
    """Somebody with a browser; `cookie` is what this gateway calls its own."""

    http: httpx2.AsyncClient
    cookie: str

    async def open(self, path: str, **more: Any) -> Screen:
        return screen(await self.http.get(path, follow_redirects=True, **more))

    async def submit(self, form: HtmlForm, *, follow: bool = True, headers: Any = None, **fields: str) -> Screen:
        data = {**form.fields, **fields}
        return screen(await self.http.post(form.action, data=data, follow_redirects=follow, headers=headers))

    async def sign_in(self, email: str, password: str = PASSWORD, path: str = "/sign-in") -> Screen:
        form = (await self.open(path)).form("/sign-in")
        return await self.submit(form, email=email, password=password)

    async def decide(self, request_id: str, decision: str, **fields: str) -> Screen:
        seen = await self.open(f"/approve/{request_id}")
        return await self.submit(seen.deciding(decision), decision=decision, **fields)


@contextlib.asynccontextmanager
async def somebody(world: World) -> AsyncIterator[Person]:
    """A person whom nobody knows yet."""
    async with httpx2.AsyncClient(base_url=world.base_url, timeout=30) as http:
        yield Person(http, cookie_kind(world.gateway.settings).name)


@contextlib.asynccontextmanager
async def member(world: World, tenant: Tenant | None = None) -> AsyncIterator[Person]:
    """A signed-in member of the first organisation, or of the tenant's."""
    async with somebody(world) as person:
        seen = await person.sign_in(await give_password(world, tenant))
        assert seen.path == "/approvals", seen.text
        yield person


async def give_password(world: World, tenant: Tenant | None = None) -> str:
    """Let a tenant's human sign in with the usual password; their email."""
    tenant = tenant or world.first
    await world.gateway.database.write(
        lambda connection: accounts.set_password(connection, tenant.user_id, cheap_hash())
    )
    return "one@example.org" if tenant is world.first else "two@example.org"


async def asked(world: World, info: str | None = None, tool: str = "refund", **arguments: Any) -> str:
    """The id of a fresh request of the first organisation."""
    async with world.agent() as agent:
        given = ask(tool, **arguments)
        if info is not None:
            given["additional_info"] = info
        found: str = facts(await agent.call_tool(CALL, given))["request_id"]
    return found
