"""Frozen dataclasses that are made in half the time: recordings hold millions of events, and sessions of actions.

What `dataclass` writes for a frozen class sets each field by its name, past the lock that it has put on the class.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypeVar

C = TypeVar("C", bound=type[Any])


def light(cls: C) -> C:
    """The frozen, slotted, keyword-only dataclass; an instance is filled while it is of a class that has no lock.

    Raises `TypeError` for a class with defaults that are made anew for each instance.
    """
    every = fields(cls)
    if made := [field.name for field in every if field.default_factory is not MISSING]:
        raise TypeError(f"{cls.__name__} makes defaults anew: {', '.join(made)}")
    given = (field.name if field.default is MISSING else f"{field.name}=_default_{field.name}" for field in every)
    lines = [f"def __init__(self, *, {', '.join(given)}):", " _unlock(self, _Unlocked)"]
    lines += [f" self.{field.name} = {field.name}" for field in every]
    lines += [" self.__class__ = _Locked"]
    scope: dict[str, Any] = {f"_default_{field.name}": field.default for field in every}
    scope["_Unlocked"] = type(cls.__name__, (), {"__slots__": tuple(field.name for field in every)})
    scope |= {"_unlock": object.__dict__["__class__"].__set__, "_Locked": cls}
    exec("\n".join(lines), scope)  # noqa: S102 as `dataclass` does, and of the names of fields alone
    cls.__init__ = scope["__init__"]
    return cls
