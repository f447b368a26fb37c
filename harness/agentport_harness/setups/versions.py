"""Versions of clients as numbers that compare."""

from __future__ import annotations

import re
from typing import TypeAlias

Version: TypeAlias = tuple[int, ...]
_NUMBERS = re.compile(r"(?<![\d.])(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?")


def version_in(text: str) -> Version:
    """The first version that a text names, empty when it names none."""
    found = _NUMBERS.search(text)
    return tuple(int(part) for part in found.groups() if part is not None) if found else ()


def told(version: Version) -> str:
    """The version as it is written."""
    return ".".join(map(str, version))
