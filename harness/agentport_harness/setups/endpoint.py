"""What a gateway's endpoint answers to the credentials of one entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

State: TypeAlias = Literal["fine", "unreachable", "refused", "redirected", "not-mcp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The answer in words. ``detail`` is what the endpoint said, ``also`` what a second question brought to light.

    ``oauth`` says that it offers a sign-in; ``sent`` that a credential went with the request. ``budget`` are the
    seconds of an await where the gateway states them, else 0.
    """

    url: str
    state: State
    status: int = 0
    detail: str = ""
    also: str = ""
    location: str = ""
    oauth: bool = False
    sent: bool = True
    revision: str = ""
    tools: tuple[str, ...] = ()
    read_only: frozenset[str] = frozenset()
    budget: float = 0.0
