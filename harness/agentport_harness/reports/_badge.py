"""A badge that says how a gateway did: as shields.io reads it, and as an SVG of its own."""

from __future__ import annotations

import json
from html import escape

from agentport_harness.core.report import Run

LABEL = "AgentPort conformance"
_COLORS = {"green": "#2e7d32", "orange": "#b85c00", "red": "#b71c1c", "lightgrey": "#616161"}


def badge_json(run: Run) -> str:
    """The endpoint format of shields.io."""
    message, color = _told(run)
    return json.dumps({"schemaVersion": 1, "label": LABEL, "message": message, "color": color}) + "\n"


def badge_svg(run: Run) -> str:
    """A flat badge; its text is drawn by the reader's own fonts."""
    message, color = _told(run)
    left, right = 7 * len(LABEL) + 10, 7 * len(message) + 10
    title = escape(f"{LABEL}: {message}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{title}">'
        f'<title>{title}</title><rect width="{left}" height="20" fill="#424242"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{_COLORS[color]}"/>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,sans-serif" font-size="11">'
        f'<text x="{left / 2:g}" y="14">{escape(LABEL)}</text>'
        f'<text x="{left + right / 2:g}" y="14">{escape(message)}</text></g></svg>\n'
    )


def _told(run: Run) -> tuple[str, str]:
    """In words how many checks passed of those that ran, and a colour."""
    counts = run.summary()
    passed, failed, warned = counts["pass"], counts["fail"], counts["warn"]
    unsure = counts["not_testable"] + counts["skipped"]
    ran = passed + failed + warned
    if run.exit_code() not in (0, 1) or not ran:
        return "could not be judged", "lightgrey"
    unrun = f", {unsure} not run" if unsure else ""
    color = "red" if failed else "orange" if warned or unsure else "green"
    return f"{passed}/{ran} pass{unrun}", color
