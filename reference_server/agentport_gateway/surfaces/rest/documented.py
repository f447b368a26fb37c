"""The refusals that endpoints document, in one shape."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

_WORDS = {
    400: "The request cannot be understood.",
    401: "No or unknown credentials.",
    403: "These credentials may not do it.",
    404: "There is no such thing in the caller's organisation.",
    409: "It is there, decided or taken already.",
    410: "It expired.",
    413: "The body is too large.",
    429: "Too many attempts or too much at once.",
    502: "The upstream failed.",
    503: "The gateway cannot answer just now.",
}


class Refusal(BaseModel):
    """Why not."""

    detail: Any


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an endpoint that may refuse with these."""
    return {status: {"model": Refusal, "description": _WORDS[status]} for status in (400, 413, 503, *statuses)}
