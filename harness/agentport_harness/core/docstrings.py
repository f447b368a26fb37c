"""What the catalogue takes from the function that a rule or check is: its slug, its text, its fine points."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple


class Described(NamedTuple):
    """``slug`` is the function's name, ``text`` its docstring's first paragraph, ``fine_points`` the rest."""

    slug: str
    text: str
    fine_points: str


def described(function: Callable[..., Any]) -> Described:
    """How a function names and describes itself."""
    text, _, fine_points = inspect.cleandoc(function.__doc__ or "").partition("\n\n")
    return Described(function.__name__.replace("_", "-"), " ".join(text.split()), fine_points.strip())
