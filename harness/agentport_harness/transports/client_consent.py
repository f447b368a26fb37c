"""Plays a human's browser while a client signs in by OAuth: a program of its own, standard library only.

    python client_consent.py -- COMMAND…

It runs COMMAND, waits until that prints the address of an authorization page, opens it, signs in there as
CONSENT_EMAIL with CONSENT_PASSWORD (which COMMAND is not told), allows the client, and follows the way back to the
client's own address. It runs beside the client, so it works inside the client's network too. Exits with COMMAND's code.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from http.cookiejar import CookieJar

_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f\"'<>]+/authorize\?[^\s\x00-\x1f\"'<>]+")
_TIMEOUT = 30.0
_LARGEST = 1024 * 1024
_SCREEN = (50, 2000)
"""Lines and columns: wide enough that no client breaks an address."""


class Forms(HTMLParser):
    """The forms of a page: where each is sent, and its fields with their values."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((given.get("action", ""), {}))
        elif tag == "input" and self.found and given.get("name"):
            self.found[-1][1][given["name"]] = given.get("value", "")


class Browser:
    """Opens pages and sends forms, with the cookies that it was given."""

    def __init__(self) -> None:
        self._open = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        ).open
        self.address, self.page = "", ""

    def go(self, address: str, fields: dict[str, str] | None = None) -> None:
        """Open a page, or send a form to it; what comes of it is the page from then on."""
        asked = urllib.request.Request(address)  # noqa: S310 the client's own address, or one on the page it led to
        if fields is not None:
            asked.data = urllib.parse.urlencode(fields).encode()
            there = urllib.parse.urlsplit(address)
            asked.add_header("Origin", f"{there.scheme}://{there.netloc}")
        try:
            with self._open(asked, timeout=_TIMEOUT) as answer:
                self.address, self.page = answer.url, answer.read(_LARGEST).decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            with error:
                self.address, self.page = error.url, error.read(_LARGEST).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            self.address, self.page = address, f"{address} cannot be opened: {error}"

    def send(self, field: str, **filled: str) -> bool:
        """Send the form that has ``field``, filled in; whether there is one."""
        forms = Forms()
        forms.feed(self.page)
        for action, fields in forms.found:
            if field in fields:
                self.go(urllib.parse.urljoin(self.address, action), fields | filled)
                return True
        return False


def consent(address: str, email: str, password: str) -> str:
    """Sign in and allow the client; what went wrong, empty when nothing did."""
    browser = Browser()
    browser.go(address)
    browser.send("password", email=email, password=password)
    if browser.send("wish", answer="allow"):
        return ""
    words = re.sub(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", " ", browser.page, flags=re.DOTALL)
    return "the page asks for no consent: " + " ".join(words.split())[:300]


def main(command: list[str]) -> int:
    """Run the command and play the human."""
    environment = dict(os.environ)
    email, password = environment.pop("CONSENT_EMAIL"), environment.pop("CONSENT_PASSWORD")
    terminal, end = pty.openpty()  # some clients sign in on a terminal only
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", *_SCREEN, 0, 0))
    process = subprocess.Popen(  # noqa: S603 the client that was asked for
        command, env=environment, stdin=end, stdout=end, stderr=end, start_new_session=True
    )
    os.close(end)
    asked, told = False, ""
    while piece := _read(terminal):
        text = piece.decode("utf-8", "replace")
        sys.stdout.write(text)
        sys.stdout.flush()
        told = (told + text)[-20_000:]
        found = None if asked else _ADDRESS.search(told)
        # more of the address may be on its way while nothing stands behind it
        if found is not None and found.end() < len(told):
            asked = True
            if wrong := consent(found.group(0), email, password):
                sys.stderr.write(f"{wrong}\n")
                process.kill()
    return process.wait()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""  # how a terminal says that nobody writes to it any longer


if __name__ == "__main__":
    sys.exit(main(sys.argv[sys.argv.index("--") + 1 :]))
