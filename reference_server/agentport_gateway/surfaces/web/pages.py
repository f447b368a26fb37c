"""How a page is declared: a path, a method, who may see it, and the function that answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from starlette.responses import Response

from agentport_gateway.surfaces.web.visit import Visit

Answer = Callable[[Visit], Awaitable[Response]]
Who = Literal["member", "anyone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One path and method. `path` is Starlette's notation; a `member` page sends others to the sign-in."""

    path: str
    method: Literal["GET", "POST"]
    answer: Answer
    who: Who
    redirects: bool = True
    """Whether somebody who is not signed in is sent to the sign-in, rather than told 401."""


@dataclass(slots=True)
class Pages:
    """The pages of one module."""

    declared: list[Page] = field(default_factory=list)

    def get(self, path: str, *, who: Who = "member", redirects: bool = True) -> Callable[[Answer], Answer]:
        """Declare what is shown at a path."""
        return self._declare("GET", path, who, redirects)

    def post(self, path: str, *, who: Who = "member") -> Callable[[Answer], Answer]:
        """Declare what a form does. Its token has been checked when the function is called."""
        return self._declare("POST", path, who, True)

    def _declare(
        self, method: Literal["GET", "POST"], path: str, who: Who, redirects: bool
    ) -> Callable[[Answer], Answer]:
        def declare(answer: Answer) -> Answer:
            self.declared.append(Page(path=path, method=method, answer=answer, who=who, redirects=redirects))
            return answer

        return declare
