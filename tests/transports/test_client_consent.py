"""The human's browser signs in where a client asks for it, and allows the client, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from agentport_harness.transports import client_consent

CLIENT = """\
import http.server, os, sys
gateway, manner = sys.argv[1], sys.argv[2]
assert "CONSENT_PASSWORD" not in os.environ and "CONSENT_EMAIL" not in os.environ
heard = []
class Callback(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        heard.append(self.path)
        self.send_response(200); self.end_headers(); self.wfile.write(b"you may close this page")
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Callback)
address = f"{gateway}/authorize?client={manner}&redirect_uri=http://127.0.0.1:{server.server_port}/callback"
assert sys.stdin.isatty()
print(f"\\x1b]8;;{address}\\x07{address}\\x1b]8;;\\x07", flush=True)
server.timeout = 10
server.handle_request()
print("heard", heard, flush=True)
sys.exit(0 if heard and "code=c-1" in heard[0] else 5)
"""

SESSION = """\
import subprocess, sys, time
print("\\x1b[2J> Type your message", flush=True)
assert input() == "/sign-in"
ran = subprocess.run([sys.executable, *sys.argv[1:]])
print("signed in" if ran.returncode == 0 else "refused", flush=True)
time.sleep(60)
"""


class Pages(BaseHTTPRequestHandler):
    """A gateway's pages: signing in, consenting, and going back to the client."""

    seen: list[tuple[str, dict[str, str], str]]

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(where.query).items()}
        if where.path == "/authorize" and asked["client"] == "unknown":
            self.answer(400, "<h1>This client cannot be connected</h1>")
        elif where.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", f"/sign-in?next={quote(asked['redirect_uri'])}")
            self.end_headers()
        elif where.path == "/sign-in":
            self.answer(
                200,
                "<form action=/search><input name=query></form><form action='/sign-in'>"
                f"<input name=next value='{asked['next']}'><input name=token value=t-1>"
                "<input name=email><input name=password></form>",
            )

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["content-length"])).decode()
        fields = {name: values[0] for name, values in parse_qs(sent).items()}
        self.seen.append((self.path, fields, self.headers["origin"]))
        if self.path == "/sign-in" and fields["password"] != "right":
            self.answer(401, "<p>Wrong email or password.</p>")
        elif self.path == "/sign-in":
            self.answer(200, f"<form action=/consent><input name=wish value='{fields['next']}'></form>", "sid=s-1")
        elif self.path == "/consent" and self.headers["cookie"] == "sid=s-1" and fields["answer"] == "allow":
            self.send_response(303)
            self.send_header("Location", f"{fields['wish']}?code=c-1")
            self.end_headers()

    def answer(self, status: int, page: str, cookie: str = "") -> None:
        self.send_response(status)
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *_: Any) -> None: ...


@contextmanager
def pages() -> Iterator[tuple[str, list[tuple[str, dict[str, str], str]]]]:
    seen: list[tuple[str, dict[str, str], str]] = []
    handler = type("Seen", (Pages,), {"seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", seen
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def gateway() -> Iterator[tuple[str, list[tuple[str, dict[str, str], str]]]]:
    with pages() as running:
        yield running


def signed_in(address: str, *, manner: str = "known", password: str = "right") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, client_consent.__file__, "--", sys.executable, "-c", CLIENT, address, manner],
        env={"PATH": os.environ["PATH"], "CONSENT_EMAIL": "me@example.com", "CONSENT_PASSWORD": password},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_human_signs_in_allows_the_client_and_the_client_hears_of_it(gateway: Any) -> None:
    address, seen = gateway

    ended = signed_in(address)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "heard ['/callback?code=c-1']" in ended.stdout
    assert [path for path, _, _ in seen] == ["/sign-in", "/consent"]
    assert seen[0][1] | {"next": ""} == {"next": "", "token": "t-1", "email": "me@example.com", "password": "right"}
    assert {origin for _, _, origin in seen} == {address}
    assert seen[1][1]["answer"] == "allow"


def test_what_the_page_says_instead_is_quoted(gateway: Any) -> None:
    address, _ = gateway

    unknown, wrong = signed_in(address, manner="unknown"), signed_in(address, password="wrong")

    assert "asks for no consent: This client cannot be connected" in unknown.stderr
    assert "asks for no consent: Wrong email or password." in wrong.stderr
    assert unknown.returncode != 0
    assert wrong.returncode != 0


def test_a_page_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    del tmp_path
    with pages() as (address, _):
        pass

    assert "cannot be opened" in signed_in(address).stderr


def test_a_client_that_asks_for_nothing_ends_with_its_own_code() -> None:
    ended = subprocess.run(
        [sys.executable, client_consent.__file__, "--", sys.executable, "-c", "print('signed in already'); exit(4)"],
        env={"PATH": os.environ["PATH"], "CONSENT_EMAIL": "e", "CONSENT_PASSWORD": "p"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.stdout.strip() == "signed in already"
    assert ended.returncode == 4


def test_a_session_on_a_terminal_is_typed_a_line_and_ended_when_it_says_that_it_is_done(gateway: Any) -> None:
    address, seen = gateway
    session = [sys.executable, "-c", SESSION, "-c", CLIENT, address, "known"]

    ended = subprocess.run(
        [sys.executable, client_consent.__file__, "Type your message", "/sign-in", "signed in", "--", *session],
        env={"PATH": os.environ["PATH"], "CONSENT_EMAIL": "me@example.com", "CONSENT_PASSWORD": "right"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert [path for path, _, _ in seen] == ["/sign-in", "/consent"]
