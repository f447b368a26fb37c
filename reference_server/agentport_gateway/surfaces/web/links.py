"""Addresses within the gateway: where a browser may be sent after it signed in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from starlette.requests import Request

HOME = "/approvals"
# One slash and no backslash at the start: two would name a host, and browsers take "\\" for "/".
_WITHIN = re.compile(r"/(?![/\\])[A-Za-z0-9\-._~/?=&%+,:@!$'()*;]*")


def within(path: str) -> str:
    """The path, if it leads to a page of this gateway; else the home page."""
    return path if len(path) <= 2000 and _WITHIN.fullmatch(path) else HOME


def sign_in_first(request: Request) -> str:
    """The sign-in page that leads back to where this request wanted to be."""
    if request.method == "GET":
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    else:
        # A form's own address may answer to forms only: back to the page that the form was on.
        came_from = urlsplit(request.headers.get("referer", ""))
        wanted = came_from.path if came_from.netloc == request.headers.get("host") else HOME
    return f"/sign-in?next={quote(within(wanted), safe='/')}" if within(wanted) != HOME else "/sign-in"
