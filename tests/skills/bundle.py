"""Where the skills, their evals and their traceability stand in this repository."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
SKILLS = ROOT / "skills"
EVALS = ROOT / "evals"
CONVENTIONS = ROOT / "docs" / "conventions.md"
REQUIREMENTS = ROOT / "harness" / "agentport_harness" / "suite" / "requirements.yaml"
NAMES = ("agentport-overview", "agentport-mcp", "agentport-cli")
SURFACE = {"agentport-mcp": "mcp", "agentport-cli": "shell"}
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def load_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def load_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def front_matter(name: str) -> dict[str, Any]:
    text = (SKILLS / name / "SKILL.md").read_text(encoding="utf-8")
    assert text.startswith("---\n"), f"{name}/SKILL.md must start with front matter"
    return yaml.safe_load(text[4 : text.index("\n---\n", 4)])


def texts(name: str) -> dict[str, str]:
    """The Markdown files of a skill, by path inside it."""
    root = SKILLS / name
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.md"))}


def fences(name: str) -> list[tuple[str, str, str, str]]:
    """Every code fence of a skill: file, language, the word after the language, body."""
    return [(file, *match.groups("")) for file, text in texts(name).items() for match in FENCE.finditer(text)]


@cache
def rules() -> dict[str, dict[str, Any]]:
    return load_yaml(REQUIREMENTS)["rules"]
