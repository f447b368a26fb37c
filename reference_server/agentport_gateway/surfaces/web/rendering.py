"""Templates to answers: everything is escaped, and what would not be seen is made visible."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, RedirectResponse, Response

from agentport_gateway.domain.visible import marked, pieces
from agentport_gateway.surfaces.web.security import content_policy

if TYPE_CHECKING:
    from agentport_gateway.surfaces.web.visit import Visit

_HERE = Path(__file__).parent
_MOST_MARKS = 2_000

NAVIGATION = (
    ("/approvals", "Approvals"),
    ("/integrations", "Integrations"),
    ("/tools", "Tools"),
    ("/connect", "Connect"),
    ("/logs", "Logs"),
    ("/settings", "Settings"),
)


def render(
    visit: Visit,
    template: str,
    /,
    *,
    status: int = 200,
    form_targets: tuple[str, ...] = (),
    **context: Any,
) -> Response:
    """The answer that a template makes. It is kept by no cache."""
    user = visit.signed_in
    text = (
        _environment()
        .get_template(template)
        .render(
            user=user,
            form_token=visit.token if user is not None or context.get("has_form") else "",
            path=visit.request.url.path,
            now=visit.gateway.clock.now(),
            **context,
        )
    )
    answer = HTMLResponse(text, status)
    answer.headers["Content-Security-Policy"] = content_policy(form_targets)
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def render_aside(visit: Visit, template: str, /, **context: Any) -> Response:
    """`render` in a thread: arguments may fill megabytes, and other calls are not to wait for them."""
    return await asyncio.to_thread(partial(render, visit, template, **context))


def has_template(name: str) -> bool:
    """Whether there is such a template: a way to install that has a form, say."""
    return (_HERE / "templates" / name).is_file()


def go(path: str) -> Response:
    """Send the browser to another page, with GET."""
    return RedirectResponse(path, 303)


@cache
def asset(name: str) -> tuple[bytes, str]:
    """A file that pages use, and the version by which it is asked for."""
    content = (_HERE / "assets" / name).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:12]


def visible(text: str) -> Markup:
    """The text as HTML, with each thing that would not be seen written out and marked."""
    parts: list[Markup] = []
    found = pieces(text)
    for piece, hidden in islice(found, _MOST_MARKS):
        parts.append(Markup("<mark>{}</mark>").format(piece) if hidden else escape(piece))
    # So many marks are told apart by brackets: a page with a million elements would not open.
    rest = "".join(f"⟦{piece}⟧" if hidden else piece for piece, hidden in found)
    return Markup("").join([*parts, escape(rest)])


def when(moment: datetime | None, *, missing: str = "never") -> Markup:
    """A time: in UTC, and in the reader's own where scripts run."""
    if moment is None:
        return escape(missing)
    utc = moment.astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(
        utc.isoformat(timespec="seconds").replace("+00:00", "Z"), utc.strftime("%Y-%m-%d %H:%M:%S UTC")
    )


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"))


def browser_name(told: str) -> str:
    """What a browser that says this of itself is usually called; an unusual one in its own words."""
    browser = next((name for sign, name in _BROWSERS if sign in told), None)
    if browser is None:
        return told[:80] or "A browser that does not say what it is"
    return f"{browser} on {next((name for sign, name in _SYSTEMS if sign in told), 'Linux')}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"visible": visible, "marked": marked, "when": when, "browser_name": browser_name}
    environment.globals |= {"asset_version": lambda name: asset(name)[1], "navigation": NAVIGATION}
    return environment
