"""The meta tools, one in each file; a file's `TOOL` is found by its place here."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentport_gateway.surfaces.mcp.meta_tool import MetaTool


@cache
def meta_tools() -> tuple[MetaTool, ...]:
    """Every meta tool, by name."""
    names = sorted(module.name for module in iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{name}").TOOL for name in names)
