"""Finds the members of a folder of one-file extensions: no registry to edit."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

from agentport_harness.core.errors import HarnessError

T = TypeVar("T")


def members(package: ModuleType, kind: type[T]) -> tuple[T, ...]:
    """Every public object of type ``kind`` that the modules of ``package`` define, in module order.

    Raises `HarnessError` when a module defines none: a file in such a folder is always an extension.
    """
    found: list[T] = []
    for info in pkgutil.iter_modules(package.__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        mine = [value for name, value in vars(module).items() if isinstance(value, kind) and name[0] != "_"]
        if not mine:
            raise HarnessError(
                "empty-extension",
                f"{module.__name__} defines no {kind.__name__}",
                hint="define one, or move it",
            )
        found += mine
    return tuple(found)
