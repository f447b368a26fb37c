"""The real installer and the real clients take the skills, into a home and a project of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.skills.bundle import NAMES, ROOT, front_matter, texts
from tests.skills.clients import Person, commit, git, published

pytestmark = [pytest.mark.npm, pytest.mark.timeout(900)]

EVERYONE = ("-a", "codex", "claude-code", "cursor")


@pytest.fixture
def person(commands: Path, tmp_path: Path) -> Person:
    (tmp_path / "home").mkdir()
    (tmp_path / "project").mkdir()
    return Person(home=tmp_path / "home", project=tmp_path / "project", commands=commands)


@pytest.fixture
def upstream(tmp_path: Path) -> tuple[Path, str]:
    """The publisher's working copy, and the URL that people install from."""
    (tmp_path / "upstream").mkdir()
    work, bare = published(tmp_path / "upstream")
    return work, bare.as_uri()


def _installed(root: Path) -> dict[str, dict[str, str]]:
    """Skill -> file -> text below a folder of skills."""
    return {
        skill.name: {
            path.relative_to(skill).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(skill.rglob("*"))
            if path.is_file()
        }
        for skill in sorted(root.iterdir())
        if skill.is_dir() and any(skill.iterdir())
    }


SHIPPED = {name: texts(name) for name in sorted(NAMES)}


def test_a_project_gets_the_three_skills_for_all_three_clients(person: Person, upstream: tuple[Path, str]) -> None:
    report = json.loads(person.skills("add", upstream[1], *EVERYONE, "-y", "--json"))
    assert {entry["status"] for entry in report} == {"installed"}
    assert _installed(person.project / ".agents/skills") == SHIPPED
    for name in NAMES:
        assert (person.project / ".claude/skills" / name).readlink() == Path(f"../../.agents/skills/{name}")
    top = {path.name for path in person.project.iterdir()}
    assert top == {".agents", ".claude", "skills-lock.json"}


def test_a_home_gets_them_too(person: Person, upstream: tuple[Path, str]) -> None:
    person.skills("add", upstream[1], "-g", *EVERYONE, "-y", "--json")
    assert _installed(person.home / ".agents/skills") == SHIPPED
    assert _installed(person.home / ".claude/skills") == SHIPPED
    assert list(person.project.iterdir()) == []


@pytest.mark.parametrize(
    ("client", "folder"),
    [("codex", ".agents/skills"), ("cursor", ".agents/skills"), ("claude-code", ".claude/skills")],
)
@pytest.mark.parametrize("scope", ["project", "global"])
def test_one_client_alone_gets_plain_copies(
    person: Person, upstream: tuple[Path, str], client: str, folder: str, scope: str
) -> None:
    person.skills("add", upstream[1], *(["-g"] if scope == "global" else []), "-a", client, "-y", "--json")
    root = person.home if scope == "global" else person.project
    assert _installed(root / folder) == SHIPPED
    assert not any((root / folder / name).is_symlink() for name in NAMES)


def test_the_installer_lists_what_it_installed(person: Person, upstream: tuple[Path, str]) -> None:
    person.skills("add", upstream[1], *EVERYONE, "-y", "--json")
    listed = json.loads(person.skills("list", "--json"))
    assert {(entry["name"], entry["source"]) for entry in listed} == {(name, upstream[1]) for name in NAMES}


def test_an_upstream_edit_reaches_a_project_by_update(person: Person, upstream: tuple[Path, str]) -> None:
    work, url = upstream
    person.skills("add", url, *EVERYONE, "-y", "--json")
    before = json.loads((person.project / "skills-lock.json").read_text(encoding="utf-8"))
    edited = work / "skills/agentport-overview/SKILL.md"
    edited.write_text(edited.read_text(encoding="utf-8") + "\nOne line more.\n", encoding="utf-8")
    commit(work, "Edit")
    git(work, "push", "-q", "origin", "main")
    person.skills("update", "-p", "-y")
    after = json.loads((person.project / "skills-lock.json").read_text(encoding="utf-8"))
    changed = {name for name in NAMES if before["skills"][name] != after["skills"][name]}
    assert changed == {"agentport-overview"}
    assert _installed(person.project / ".agents/skills")["agentport-overview"]["SKILL.md"].endswith("more.\n")


def test_a_removed_skill_leaves_nothing_behind(person: Person, upstream: tuple[Path, str]) -> None:
    person.skills("add", upstream[1], *EVERYONE, "-y", "--json")
    person.skills("remove", "agentport-cli", "-y")
    kept = {"agentport-overview", "agentport-mcp"}
    assert {path.name for path in (person.project / ".agents/skills").iterdir()} == kept
    assert {path.name for path in (person.project / ".claude/skills").iterdir()} == kept
    lock = json.loads((person.project / "skills-lock.json").read_text(encoding="utf-8"))
    assert set(lock["skills"]) == kept


@pytest.mark.parametrize("scope", [(), ("-g",)], ids=["project", "global"])
def test_codex_shows_the_model_all_three_with_their_whole_descriptions(
    person: Person, upstream: tuple[Path, str], scope: tuple[str, ...]
) -> None:
    person.skills("add", upstream[1], *scope, "-a", "codex", "-y", "--json")
    shown = person.run("codex", "debug", "prompt-input", "hi").stdout
    for name in NAMES:
        assert f"- {name}: {front_matter(name)['description']} (file: " in shown


@pytest.mark.parametrize("scope", [(), ("-g",)], ids=["project", "global"])
def test_claude_code_lists_all_three(person: Person, upstream: tuple[Path, str], scope: tuple[str, ...]) -> None:
    person.skills("add", upstream[1], *scope, *EVERYONE, "-y", "--json")
    event = person.first_event(
        "claude", "-p", "hi", "--output-format", "stream-json", "--verbose", "--model", "claude-sonnet-4-5"
    )  # fmt: skip
    assert (event["type"], event["subtype"]) == ("system", "init")
    assert set(NAMES) <= set(event["skills"])


def test_claude_code_validates_the_plugin_strictly(person: Person) -> None:
    ran = person.run("claude", "plugin", "validate", "--strict", "--json", str(ROOT))
    assert ran.returncode == 0, ran.stdout
    report = json.loads(ran.stdout)
    assert report["success"]
    assert set(report["provides"]["skills"]) == {f"agentport-skills:{name}" for name in NAMES}


def test_claude_code_installs_the_plugin_from_the_repository_as_a_marketplace(
    person: Person, upstream: tuple[Path, str]
) -> None:
    assert person.run("claude", "plugin", "marketplace", "add", str(upstream[0])).returncode == 0
    assert person.run("claude", "plugin", "install", "agentport-skills@agentport").returncode == 0
    cached = person.home / ".claude/plugins/cache/agentport/agentport-skills"
    (version,) = cached.iterdir()
    assert version.name == front_matter("agentport-mcp")["metadata"]["version"]
    assert _installed(version / "skills") == SHIPPED


def test_codex_installs_the_plugin_from_the_repository_as_a_marketplace(
    person: Person, upstream: tuple[Path, str]
) -> None:
    added = person.run("codex", "plugin", "marketplace", "add", str(upstream[0]))
    assert added.returncode == 0, added.stderr
    assert person.run("codex", "plugin", "add", "agentport-skills@agentport").returncode == 0
    shown = person.run("codex", "debug", "prompt-input", "hi").stdout
    for name in NAMES:
        assert f"- agentport-skills:{name}: {front_matter(name)['description']} (file: " in shown
