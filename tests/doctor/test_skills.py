"""The installed skills are part of the examination: there, current, unedited, and the same in every place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.doctor.homes import KEY, doctor, found, home_with, messages
from tests.skills.bundle import NAMES, SKILLS


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTPORT_API_KEY", KEY)


def test_missing_skills_are_named_with_the_command_that_installs_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "codex")
    shutil.rmtree(home.folder / ".agents")

    code, report, _ = doctor(capsys, home)

    assert (code, found(report, home)) == (0, [("DR501", ".agents/skills", None)])
    assert "-a codex -g -y" in messages(report, "DR501")[0]["expected"]


def test_one_missing_skill_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "codex")
    shutil.rmtree(home.folder / ".agents/skills/agentport-mcp")

    _, report, _ = doctor(capsys, home)

    assert "agentport-mcp is not installed for Codex" in messages(report, "DR501")[0]["message"]


def test_skills_in_a_place_that_the_client_does_not_read_are_found_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "claude-code")
    (home.folder / ".claude/skills").rename(home.folder / "skills")
    (home.folder / ".agents").mkdir()
    (home.folder / "skills").rename(home.folder / ".agents/skills")

    _, report, _ = doctor(capsys, home)

    assert f"{home.folder}/.agents/skills, where it does not look" in messages(report, "DR501")[0]["message"]


def test_links_as_the_installer_makes_them_are_the_same_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "claude-code")
    (home.folder / ".agents").mkdir()
    (home.folder / ".claude/skills").rename(home.folder / ".agents/skills")
    (home.folder / ".claude/skills").mkdir()
    for name in NAMES:
        (home.folder / ".claude/skills" / name).symlink_to(f"../../.agents/skills/{name}")

    code, report, _ = doctor(capsys, home, "--strict")

    assert (code, found(report, home)) == (0, [])


def test_a_stale_and_an_edited_copy_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "codex")
    home.replace('version: "0.1.0"', 'version: "0.0.9"', ".agents/skills/agentport-mcp/SKILL.md")
    with (home.folder / ".agents/skills/agentport-cli/SKILL.md").open("a") as file:
        file.write("One line more.\n")

    _, report, _ = doctor(capsys, home)

    assert found(report, home) == [
        ("DR502", ".agents/skills/agentport-mcp", None),
        ("DR503", ".agents/skills/agentport-cli", None),
    ]


def test_a_copy_that_hides_another_version_is_named_with_both_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "codex")
    for name in NAMES:
        shutil.copytree(SKILLS / name, home.project / ".agents/skills" / name)
    home.replace('version: "0.1.0"', 'version: "0.0.9"', ".agents/skills/agentport-mcp/SKILL.md")

    _, report, _ = doctor(capsys, home)

    (shadowed,) = messages(report, "DR504")
    assert shadowed["location"]["path"] == f"{home.folder}/.agents/skills/agentport-mcp"
    assert f"{home.project}/.agents/skills/agentport-mcp" in shadowed["message"]
