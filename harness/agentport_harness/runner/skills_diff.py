"""Compares two bundles, each a folder or a git revision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from agentport_harness.runner.bindings import requirement_rules
from agentport_harness.runner.skills import token_counter
from agentport_harness.skill_bundle.bundle import Bundle
from agentport_harness.skill_bundle.comparison import Comparison, compare
from agentport_harness.skill_bundle.comparison_reports import as_json, as_markdown, as_text
from agentport_harness.skill_files import folder_bundle, revision_bundle

FORMATS: Mapping[str, Callable[[Comparison], str]] = {"terminal": as_text, "json": as_json, "markdown": as_markdown}
"""The reports of a comparison by name."""


def compared(old: str, new: str) -> Comparison:
    """The comparison of two bundles. Raises `InputError` for what is neither a folder nor a revision."""
    return compare(_bundle(old), _bundle(new), requirement_rules(), token_counter())


def _bundle(given: str) -> Bundle:
    return folder_bundle(given) if Path(given).is_dir() else revision_bundle(given)
