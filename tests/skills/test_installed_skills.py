"""`skills --installed` calls each installed copy current, stale, edited or missing, and changes nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.skills.building import findings, run_skills
from tests.skills.bundle import NAMES, SKILLS


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without skills, in a home without skills."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("home", "project"):
        (tmp_path / name).mkdir()
    return tmp_path / "project"


def _install(root: Path, folder: str = ".agents") -> Path:
    place = root / folder / "skills"
    for name in NAMES:
        shutil.copytree(SKILLS / name, place / name)
    return place


def _told(report: dict[str, Any]) -> dict[str, list[str]]:
    return {session["source"]: session.get("warnings", []) for session in report["sessions"]}


def _fingerprint(root: Path) -> str:
    parts = [f"{path}{path.read_bytes() if path.is_file() else ''}" for path in sorted(root.rglob("*"))]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def test_copies_in_project_and_home_are_found_by_client(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = project.parent / "home"
    places = [_install(project), _install(project, ".codex"), _install(home), _install(home, ".claude")]

    code, report = run_skills(capsys, "--installed", str(project))

    current = [f"{name} 0.1.0: current" for name in sorted(NAMES)]
    assert code == 0
    assert _told(report) == {str(place): current for place in places}


def test_a_link_as_the_installer_makes_it_is_followed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _install(project)
    claude = project / ".claude" / "skills"
    claude.mkdir(parents=True)
    for name in NAMES:
        (claude / name).symlink_to(Path("../../.agents/skills") / name)

    code, report = run_skills(capsys, "--installed", str(project))

    assert code == 0
    assert len(_told(report)[str(claude)]) == 3
    assert findings(report) == []


def test_windows_line_ends_are_no_edit(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _install(project) / "agentport-mcp" / "SKILL.md"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    code, report = run_skills(capsys, "--installed", str(project))

    assert (code, findings(report)) == (0, [])


def test_an_edited_copy_is_named_with_the_file_and_left_alone(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = _install(project)
    (place / "agentport-mcp" / "references" / "clients.md").write_text("edited")
    before = _fingerprint(project)

    code, report = run_skills(capsys, "--installed", str(project))

    assert code == 0
    assert findings(report) == [("SK703", str(place / "agentport-mcp"), None)]
    assert "agentport-mcp 0.1.0: edited" in _told(report)[str(place)]
    assert _fingerprint(project) == before


def test_a_missing_sibling_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = _install(project)
    shutil.rmtree(place / "agentport-cli")

    code, report = run_skills(capsys, "--installed", str(project))

    assert (code, findings(report)) == (0, [("SK701", str(place / "agentport-cli"), None)])


def test_nothing_installed_anywhere_is_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = run_skills(capsys, "--installed", str(project))

    assert code == 0
    assert {rule for rule, _, _ in findings(report)} == {"SK701"}


def test_a_version_that_nobody_knows_is_not_called_current(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _install(project) / "agentport-mcp" / "SKILL.md"
    path.write_text(path.read_text().replace('"0.1.0"', '"9.9.9"'))

    code, report = run_skills(capsys, "--installed", str(project))

    assert (code, findings(report)) == (1, [("SK702", str(path.parent), None)])


@pytest.mark.parametrize(("edit", "rules"), [(False, ["SK702"]), (True, ["SK702", "SK703"])])
def test_a_copy_of_an_earlier_version_is_stale(
    edit: bool,
    rules: list[str],
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = _install(project) / "agentport-mcp" / "SKILL.md"
    newer = tmp_path / "newer"
    shutil.copytree(SKILLS, newer)
    digests = json.loads((newer / "digests.json").read_text())
    for skill in newer.rglob("SKILL.md"):
        skill.write_text(skill.read_text().replace('"0.1.0"', '"0.2.0"'))
    files = {
        str(file.relative_to(newer)): hashlib.sha256(file.read_bytes()).hexdigest() for file in newer.rglob("*/*.md")
    }
    (newer / "digests.json").write_text(
        json.dumps({**digests, "version": "0.2.0", "files": files, "earlier": {"0.1.0": digests["files"]}})
    )
    monkeypatch.setattr("agentport_harness.runner.installed.skills_folder", lambda: newer)
    if edit:
        path.write_text(path.read_text() + "\nMine.\n")

    code, report = run_skills(capsys, "--installed", str(project))

    assert code == 1
    assert [rule for rule, where, _ in findings(report) if where == str(path.parent)] == rules


def test_the_folder_of_skills_itself_may_be_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = _install(project)

    _, report = run_skills(capsys, "--installed", str(place))

    assert list(_told(report)) == [str(place)]


def test_a_project_that_is_not_there_is_bad_input(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from agentport_harness.cli.main import main

    assert main(["skills", "--installed", str(project / "gone")]) == 2
    assert "no such folder" in capsys.readouterr().err
