"""Bundles of skills that tests make: good ones, to be spoilt in one place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from agentport_harness.cli.main import main

WHEN = (
    "Use when a test wants a skill that nobody can find fault with, when it has to be spoilt in one place, or when a "
    "sibling has to be pointed to, as in the case of alpha, which this one is beside, and of beta, which is beside it. "
    "It says so at such length that every budget of characters is kept to, upwards and downwards."
)


def skill_text(name: str, body: str = "# Title\n\nThe body.\n", **fields: str) -> str:
    """A SKILL.md that keeps every rule; ``fields`` replace or add front matter, as YAML."""
    told = {"name": name, "description": WHEN, "license": "MIT"} | fields
    return "---\n" + "".join(f"{key.replace('_', '-')}: {value}\n" for key, value in told.items()) + "---\n\n" + body


def write_skill(folder: Path, text: str | bytes) -> Path:
    """Writes the file that makes ``folder`` a skill, and returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "SKILL.md"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def bundle_of(root: Path, **bodies: str) -> Path:
    """A repository with the skills alpha and beta, and others by name."""
    for name in ("alpha", "beta"):
        write_skill(root / "skills" / name, skill_text(name))
    for name, body in bodies.items():
        write_skill(root / "skills" / name, skill_text(name, body))
    return root


def run_skills(capsys: Any, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON report of `skills`."""
    code = main(["skills", "--format", "json", *arguments])
    return code, json.loads(capsys.readouterr().out)


def findings(report: dict[str, Any]) -> list[tuple[str, str, int | None]]:
    """Rule, path and line of every finding of a report."""
    return [
        (verdict["rule"], finding["location"]["path"], finding["location"]["line"])
        for session in report["sessions"]
        for verdict in session["verdicts"]
        for finding in verdict["findings"]
    ]
