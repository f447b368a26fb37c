"""A person at the gateway's pages: a browser without scripts, that signs in, reads and agrees."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from agentport_harness.core.errors import UnreachableError
from agentport_harness.core.urls import split_url

if TYPE_CHECKING:
    import httpx2

MOST_STEPS = 12
"""Pages and redirects from the first page to the program's own address."""
_CODE = re.compile(r"totp|otp|one.?time|^code$", re.IGNORECASE)
_AGREES = re.compile(r"\b(allow|approve|agree|accept|authori[sz]e|connect|consent|grant|yes)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who sits at the browser. ``code`` gives a code of the second factor, where there is one."""

    email: str
    password: str = field(repr=False)
    code: Callable[[], Awaitable[str]] | None = None


@dataclass(slots=True)
class _Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, value and words of each."""

    def named(self, kind: str) -> str:
        """The name of the first field of a kind, empty where there is none."""
        return next((name for name, its_kind in self.kinds.items() if its_kind == kind), "")


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[_Form] = []
        self._inside = False
        self._in_button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = True
            self.found.append(_Form(given.get("action", "")))
        elif self._inside and (tag == "button" or (tag == "input" and given.get("type") == "submit")):
            self.found[-1].buttons.append((given.get("name", ""), given.get("value", ""), given.get("value", "")))
            self._in_button = tag == "button"
        elif self._inside and tag == "input" and given.get("name"):
            kind = given.get("type", "text")
            if kind not in ("checkbox", "radio") or "checked" in given:
                self.found[-1].fields[given["name"]] = given.get("value", "")
                shown = kind not in ("hidden", "checkbox", "radio")
                asks = given.get("autocomplete") == "one-time-code" or (shown and _CODE.search(given["name"]))
                self.found[-1].kinds[given["name"]] = "code" if asks else kind

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "form"
        self._in_button = self._in_button and tag != "button"

    def handle_data(self, data: str) -> None:
        if self._in_button:
            name, value, words = self.found[-1].buttons[-1]
            self.found[-1].buttons[-1] = (name, value, f"{words} {data}")


async def agree(url: str, person: Person) -> str:
    """Open an authorization URL, sign in where that is asked, agree; the address that the answer is sent to.

    Raises `UnreachableError` where no form leads on, or the sign-in is refused.
    """
    import httpx2

    site = split_url(url)
    async with httpx2.AsyncClient(verify=site.scheme == "https", trust_env=False, timeout=30.0) as http:
        try:
            answer = await http.get(url)
            given: set[str] = set()
            for _ in range(MOST_STEPS):
                if answer.is_redirect:
                    target = urljoin(str(answer.request.url), answer.headers.get("location", ""))
                    if split_url(target)[:2] != site[:2]:
                        return target
                    answer = await http.get(target)
                    continue
                form, data, proof = await _next(answer, person)
                if proof and proof in given:
                    raise _lost(f"the page refused the human's {proof}")
                given.add(proof)
                answer = await http.post(urljoin(str(answer.request.url), form.action), data=data)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:  # wherever a page sends one
            raise _lost(f"the page was not answered: {error!r}") from None
    raise _lost(f"no end after {MOST_STEPS} pages")


async def read_page(url: str, person: Person) -> str:
    """The page at an address of the gateway's, after a sign-in where it asks for one.

    Raises `UnreachableError` where the sign-in is refused, or no page comes.
    """
    import httpx2

    site = split_url(url)
    secure = site.scheme == "https"
    async with httpx2.AsyncClient(verify=secure, trust_env=False, timeout=30.0, follow_redirects=True) as http:
        try:
            for _ in range(2):
                answer = await http.get(url)
                if not any(form.named("password") for form in _forms(answer)):
                    return answer.text
                form, data, _ = await _next(answer, person)
                answer = await http.post(urljoin(str(answer.request.url), form.action), data=data)
                if person.code is not None and any(form.named("code") for form in _forms(answer)):
                    form, data, _ = await _next(answer, person)
                    await http.post(urljoin(str(answer.request.url), form.action), data=data)
        except httpx2.HTTPError as error:
            raise _lost(f"the page was not answered: {error!r}") from None
    raise _lost("the page refused the human's sign-in")


def _forms(answer: httpx2.Response) -> list[_Form]:
    reader = _Forms()
    reader.feed(answer.text[:1_000_000])
    return reader.found


async def _next(answer: httpx2.Response, person: Person) -> tuple[_Form, dict[str, str], str]:
    """The form that leads on, filled in, and what it proves: nothing, or who this is by ``sign-in`` or ``code``."""
    found = _forms(answer)
    for form in found:
        if secret := form.named("password"):
            name = form.named("email") or form.named("text")
            return form, {**form.fields, **({name: person.email} if name else {}), secret: person.password}, "sign-in"
    for form in found:
        if asked := form.named("code"):
            if person.code is None:
                raise _lost("it asks for a code of the human's second factor")
            return form, {**form.fields, asked: await person.code()}, "code"
    for form in found:
        for name, value, words in form.buttons:
            if _AGREES.search(f"{value} {words}"):
                return form, {**form.fields, **({name: value} if name else {})}, ""
    raise _lost(f"status {answer.status_code}, and no form to sign in or to agree by")


def _lost(why: str) -> UnreachableError:
    return UnreachableError("adapter-refused", f"the authorization page: {why}")
