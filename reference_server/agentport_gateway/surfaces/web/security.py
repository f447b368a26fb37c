"""What every page is sent with, and what every form has to show before it is listened to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agentport_gateway.auth.cookies import token_fits

if TYPE_CHECKING:
    from starlette.requests import Request

    from agentport_gateway.surfaces.web.visit import Visit

HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": browsers would then send forms with "Origin: null".
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def content_policy(form_targets: tuple[str, ...] = ()) -> str:
    """The page's content security policy; `form_targets` are further origins that a form may end up at."""
    targets = " ".join(("'self'", *form_targets))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
    )


def same_site(request: Request, base_url: str) -> bool:
    """Whether the browser says that one of this gateway's own pages sent this; a client that says nothing may."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc in (request.headers.get("host"), urlsplit(base_url).netloc)


def form_is_ours(visit: Visit) -> bool:
    """Whether the form was made by this gateway for the browser that sends it."""
    return visit.secret is not None and token_fits(visit.secret, visit.form.raw("form_token", most=200))
