"""A browser without scripts at an authorization page: how far it gets, and what it says where it does not."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest

from agentport_harness.core.errors import UnreachableError
from agentport_harness.transports.consenting import Person, agree, read_page
from agentport_harness.transports.loopback import listening

pytestmark = pytest.mark.anyio
RIGHT = Person(email="me@example.org", password="right")
WRONG = Person(email="me@example.org", password="wrong")
BACK = "http://127.0.0.1:1/callback"
SIGN_IN = """<form action="/sign-in"><input type="hidden" name="t" value="1"><input name="mail" type="email">
<input type="checkbox" name="stay"><input type="password" name="pw"><button>Sign in</button></form>"""
CONSENT = """<form action="/search"><button>Search</button></form>
<form action="/consent"><input type="submit" name="say" value="Refuse"><button name="say" value="1">Authorize</button>
</form>"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Site:
    """An authorization server whose one user has the password `right`."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive()).get("body", b"").decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if form:
            self.forms.append(form)
        match scope["method"], scope["path"]:
            case "GET", "/authorize":
                await answer(send, 302, location="/sign-in")
            case "POST", "/sign-in" if form.get("pw") == "right":
                await answer(send, 303, location="/consent")
            case _, "/sign-in":
                await answer(send, 200, SIGN_IN)
            case "GET", "/secret" if self.forms:
                await answer(send, 200, "<p>seen</p>")
            case "GET", "/secret" | "/locked":
                await answer(send, 302, location="/sign-in")
            case "GET", "/consent":
                await answer(send, 200, CONSENT)
            case "POST", "/consent":
                await answer(send, 303, location=f"{BACK}?code=c")
            case _, "/circle":
                await answer(send, 302, location="/circle")
            case _:
                await answer(send, 404, "<p>nothing</p>")


async def answer(send: Any, status: int, text: str = "", **headers: str) -> None:
    told = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": text.encode()})


async def test_a_person_signs_in_agrees_and_is_sent_back_to_the_client() -> None:
    site = Site()
    async with listening(site) as base:
        assert await agree(f"{base}/authorize", RIGHT) == f"{BACK}?code=c"

    assert site.forms == [{"t": "1", "mail": "me@example.org", "pw": "right"}, {"say": "1"}]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/authorize", "refused the human's sign-in"),
        ("/nothing", "no form to sign in or to agree by"),
        ("/circle", "no end after"),
    ],
)
async def test_a_page_that_leads_nowhere_is_said_in_a_sentence(path: str, words: str) -> None:
    async with listening(Site()) as base:
        with pytest.raises(UnreachableError, match=words):
            await agree(f"{base}{path}", WRONG)


async def test_a_page_that_nobody_serves_is_said_too() -> None:
    with pytest.raises(UnreachableError, match="was not answered"):
        await agree("http://127.0.0.1:9/authorize", RIGHT)


async def test_a_page_is_read_after_the_sign_in_that_it_asks_for() -> None:
    site = Site()
    async with listening(site) as base:
        assert await read_page(f"{base}/secret", RIGHT) == "<p>seen</p>"

    assert site.forms == [{"t": "1", "mail": "me@example.org", "pw": "right"}]


async def test_a_page_that_is_not_shown_is_said() -> None:
    async with listening(Site()) as base:
        with pytest.raises(UnreachableError, match="refused the human's sign-in"):
            await read_page(f"{base}/locked", WRONG)
    with pytest.raises(UnreachableError, match="was not answered"):
        await read_page("http://127.0.0.1:9/secret", RIGHT)
