"""A fault: one seam of the reference gateway replaced, and the check that has to see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import pytest

    from agentport_gateway.surfaces.front import Front

Break: TypeAlias = "Callable[[pytest.MonkeyPatch], None]"
Wrap: TypeAlias = "Callable[[Front], Any]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """``apply`` breaks the gateway's code, ``wrap`` the application that was built of it."""

    name: str
    check: str
    apply: Break = lambda _patch: None
    wrap: Wrap = lambda front: front
    settings: dict[str, Any]


def breaks(check: str, **settings: Any) -> Callable[[Break], Fault]:
    """A fault that replaces code: the function gets pytest's `MonkeyPatch`. ``settings`` are the gateway's."""

    def made(function: Break) -> Fault:
        return Fault(name=_name(function), check=check, apply=function, settings=settings)

    return made


def wraps(check: str, **settings: Any) -> Callable[[Wrap], Fault]:
    """A fault in front of the gateway: the function gets the ASGI application and returns another."""

    def made(function: Wrap) -> Fault:
        return Fault(name=_name(function), check=check, wrap=function, settings=settings)

    return made


def _name(function: Any) -> str:
    return function.__name__.replace("_", "-")
