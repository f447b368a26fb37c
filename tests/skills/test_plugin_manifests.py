"""The manifests of the three clients agree with each other and with the skills."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agentport_harness import __version__
from tests.skills.bundle import NAMES, ROOT, SKILLS, front_matter, load_json

CLAUDE = ".claude-plugin/plugin.json"
CURSOR = ".cursor-plugin/plugin.json"
CODEX = ".codex-plugin/plugin.json"
CURSOR_KEYS = {"name", "displayName", "description", "version", "author", "license", "keywords", "skills"}


def _entry() -> dict[str, Any]:
    (entry,) = load_json(ROOT / ".claude-plugin/marketplace.json")["plugins"]
    return entry


def _versions() -> dict[str, str]:
    found = {"the package": __version__, ".claude-plugin/marketplace.json": _entry()["version"]}
    found |= {path: load_json(ROOT / path)["version"] for path in (CLAUDE, CURSOR, CODEX)}
    return found | {name: front_matter(name)["metadata"]["version"] for name in NAMES}


def test_one_version_stands_everywhere() -> None:
    assert len(set(_versions().values())) == 1, _versions()


@pytest.mark.parametrize("path", [CLAUDE, CURSOR, CODEX])
def test_a_manifest_names_the_plugin_as_the_others_do(path: str) -> None:
    manifest = load_json(ROOT / path)
    assert manifest["name"] == _entry()["name"] == "agentport-skills"
    assert manifest["description"] == _entry()["description"]
    assert manifest["license"] == _entry()["license"] == "MIT"


def test_the_manifests_lead_to_exactly_the_three_skills() -> None:
    listed = {Path(skill).as_posix() for skill in load_json(ROOT / CLAUDE)["skills"]}
    assert listed == {f"skills/{name}" for name in NAMES}
    for path in (CURSOR, CODEX):
        assert (ROOT / load_json(ROOT / path)["skills"]).resolve() == SKILLS


def test_the_marketplace_serves_the_plugin_from_this_repository() -> None:
    assert _entry()["source"] == "./"


def test_cursor_gets_only_the_keys_it_knows() -> None:
    assert set(load_json(ROOT / CURSOR)) <= CURSOR_KEYS


def test_a_manifest_folder_holds_manifests_only() -> None:
    held = {path.relative_to(ROOT).as_posix() for folder in ROOT.glob(".*-plugin") for path in folder.iterdir()}
    assert held == {CLAUDE, CURSOR, CODEX, ".claude-plugin/marketplace.json"}


def test_codex_starts_with_prompts_it_can_show() -> None:
    prompts = load_json(ROOT / CODEX)["interface"]["defaultPrompt"]
    assert 1 <= len(prompts) <= 3
    assert all(len(prompt) <= 128 for prompt in prompts)
