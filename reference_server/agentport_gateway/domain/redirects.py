"""Where an answer to an OAuth client may be sent: exactly where it registered, and nowhere that runs."""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

MOST_CHARACTERS = 400
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,40}")
# What a browser would run, read or show by itself, rather than hand over to a program.
_NEVER = re.compile(
    "about|blob|chrome|cid|data|file|filesystem|ftp|http|https|intent|jar|javascript|mailto|mid|ms-appx|resource|"
    "sms|tel|urn|vbscript|view|view-source|ws|wss"
)


def fault_in(uri: str) -> str | None:
    """Why a client may not register this redirect URI."""
    if len(uri) > MOST_CHARACTERS:
        return f"a redirect URI has at most {MOST_CHARACTERS} characters"
    if not uri.isascii() or any(ord(character) <= 32 or ord(character) == 127 for character in uri) or "\\" in uri:
        return "a redirect URI has no blanks, backslashes or characters beyond ASCII"
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return "this is not a URI"
    if "#" in uri:
        return "a redirect URI has no fragment"
    if parts.username is not None or parts.password is not None:
        return "a redirect URI has no user name"
    if parts.scheme == "https":
        return None if parts.hostname else "an https redirect URI needs a host"
    if parts.scheme == "http":
        return None if parts.hostname in _LOOPBACK else "an http redirect URI leads to this machine's own address only"
    if (
        _PRIVATE_SCHEME.fullmatch(parts.scheme)
        and not _NEVER.fullmatch(parts.scheme)
        and len(uri) > len(parts.scheme) + 1
    ):
        return None
    return "a redirect URI is https, http on loopback, or an app's own scheme"


def fits(registered: str, asked: str) -> bool:
    """Whether an answer may go to `asked`: the registered URI itself, or on loopback any port of it."""
    if fault_in(asked) is not None:
        return False
    if asked == registered:
        return True
    ours, theirs = urlsplit(registered), urlsplit(asked)
    if not (ours.scheme == theirs.scheme == "http" and ours.hostname in _LOOPBACK):
        return False
    # A program on this machine listens where it finds a free port: RFC 8252, section 7.3.
    return (ours.hostname, ours.path or "/", ours.query) == (theirs.hostname, theirs.path or "/", theirs.query)


def answer(uri: str, **parameters: str | None) -> str:
    """The URI with the answer's parameters after its own, and itself as it was written."""
    given = urlencode([(name, value) for name, value in parameters.items() if value is not None])
    return f"{uri}{'&' if '?' in uri else '?'}{given}"


def destination(uri: str) -> str:
    """Where an answer goes, for people: a site, this machine, or an app."""
    parts = urlsplit(uri)
    if parts.scheme == "http":
        return f"a program on your own machine ({parts.hostname})"
    if parts.scheme == "https":
        return f"the site {parts.netloc}"
    return f"the app that opens {parts.scheme}: links"


def form_target(uri: str) -> str:
    """What a page's content policy has to allow, so that its form may lead to this URI."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"
