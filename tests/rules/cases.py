"""The labelled sessions in ``tests/cases/<slug>/{valid,invalid}-<what-is-special>.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from agentport_harness.core.trace import Trace
from agentport_harness.core.trace_format import trace_from_document

FOLDER = Path(__file__).parents[1] / "cases"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One labelled session: the slug of its folder, and whether it keeps that rule."""

    slug: str
    valid: bool
    path: Path

    @property
    def name(self) -> str:
        return f"{self.slug}/{self.path.stem}"

    def document(self) -> Any:
        return yaml.load(self.path.read_text(encoding="utf-8"), Loader=_LOADER)

    def trace(self) -> Trace:
        return trace_from_document(self.document(), source=self.name)


@cache
def cases() -> tuple[Case, ...]:
    """Every case, in the order of folders and names."""
    return tuple(
        Case(slug=path.parent.name, valid=path.name.startswith("valid-"), path=path)
        for path in sorted(FOLDER.glob("*/*.yaml"))
    )
