"""Plays a human's browser while a client signs in by OAuth: a program of its own, standard library only.

    python client_consent.py [READY LINE DONE] -- COMMAND…

It runs COMMAND, waits until that prints the address of an authorization page, opens it, signs in there as
CONSENT_EMAIL with CONSENT_PASSWORD (which COMMAND is not told), allows the client, and follows the way back to the
client's own address. It runs beside the client, so it works inside the client's network too. Exits with COMMAND's code.

A COMMAND that is a session on a terminal is typed LINE once it shows READY, and ended with code 0 once it shows DONE.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import pty
import re
import select
import signal
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
_REMEMBERED = 200_000
"""Characters of what was shown last that are looked at: a session on a terminal draws itself over and over."""
_AGAIN = 1.0
"""Seconds after which the line's end is typed again: a session that is still drawing itself takes the first for part of
the text.
"""


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


class Typist:
    """Types a line into a session on a terminal when that is ready, and sees when it is done."""

    def __init__(self, terminal: int, ready: str = "", line: str = "", done: str = "") -> None:
        self._terminal, self._ready, self._line, self._done = terminal, ready, line, done
        self._typed = False

    def heard(self, told: str) -> bool:
        """Go on by what the session has shown so far; whether it is done."""
        if self._line and not self._typed and self._ready in told:
            self._typed = True
            os.write(self._terminal, self._line.encode())
        return bool(self._done) and self._typed and self._done in told

    def quiet(self, *, asked: bool) -> None:
        """Go on when the session has shown nothing for a while."""
        if self._typed and not asked:
            os.write(self._terminal, b"\r")


def main(typed: list[str], command: list[str]) -> int:
    """Run the command and play the human."""
    environment = dict(os.environ)
    email, password = environment.pop("CONSENT_EMAIL"), environment.pop("CONSENT_PASSWORD")
    terminal, end = pty.openpty()  # some clients sign in on a terminal only
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", *_SCREEN, 0, 0))
    process = subprocess.Popen(  # noqa: S603 the client that was asked for
        command, env=environment, stdin=end, stdout=end, stderr=end, start_new_session=True
    )
    os.close(end)
    typist, asked, told = Typist(terminal, *typed), False, ""
    while (piece := _read(terminal)) != b"":
        if piece is None:
            typist.quiet(asked=asked)
            continue
        text = piece.decode("utf-8", "replace")
        sys.stdout.write(text)
        sys.stdout.flush()
        told = (told + text)[-_REMEMBERED:]
        found = None if asked else _ADDRESS.search(told)
        # more of the address may be on its way while nothing stands behind it
        if found is not None and found.end() < len(told):
            asked = True
            if wrong := consent(found.group(0), email, password):
                sys.stderr.write(f"{wrong}\n")
                process.kill()
        if typist.heard(told):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return 0
    return process.wait()


def _read(terminal: int) -> bytes | None:
    """What the command shows next: empty when it has ended, None when it has shown nothing for a while."""
    try:
        ready, _, _ = select.select([terminal], [], [], _AGAIN)
        return os.read(terminal, 65536) if ready else None
    except OSError:
        return b""  # how a terminal says that nobody writes to it any longer


if __name__ == "__main__":
    at = sys.argv.index("--")
    sys.exit(main(sys.argv[1:at], sys.argv[at + 1 :]))
