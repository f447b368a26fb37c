"""What is wrong with a skill is one finding with its line, and the check goes on to the other skills."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from agentport_harness.cli.main import main
from agentport_harness.runner.skills import token_counter
from tests.skills.building import WHEN, bundle_of, findings, run_skills, skill_text, write_skill

LONG = "x" * 1100
BAD: dict[str, tuple[str | bytes, str, int]] = {
    "broken YAML": ("---\nname: bad\ndescription: [never closed\n---\n", "SK103", 3),
    "an unquoted colon": (skill_text("bad", description="Use when: it breaks"), "SK103", 3),
    "a field given twice": ("---\nname: bad\nname: bad\ndescription: d\n---\n", "SK103", 3),
    "no front matter": ("# Title\n", "SK103", 1),
    "front matter that is never closed": ("---\nname: bad\n", "SK103", 1),
    "front matter that is a list": ("---\n- name\n---\n", "SK103", 2),
    "an empty file": ("", "SK103", 1),
    "a byte-order mark": (b"\xef\xbb\xbf" + skill_text("bad").encode(), "SK102", 1),
    "Latin-1": (skill_text("bad").encode() + "caf\u00e9\n".encode("latin-1"), "SK102", 10),
    "null bytes": (skill_text("bad").encode() + b"\0\0", "SK102", 10),
    "no name": (f"---\ndescription: {WHEN}\n---\n", "SK104", 1),
    "no description": ("---\nname: bad\n---\n", "SK104", 1),
    "an empty description": (skill_text("bad", description='""'), "SK104", 3),
    "a description that is too long": (skill_text("bad", description=f"When alpha {LONG}"), "SK104", 3),
    "a name that is not the folder's": (skill_text("other"), "SK104", 2),
    "an unknown field": (skill_text("bad", author="me"), "SK104", 5),
    "a compatibility that is too long": (skill_text("bad", compatibility="x" * 501), "SK104", 5),
    "flow style, which strict readers refuse": (skill_text("bad", metadata="{a: b}"), "SK104", 5),
    "a name that a sibling has": (skill_text("alpha"), "SK105", 2),
    "a dangling link": (skill_text("bad", "See [it](references/gone.md).\n"), "SK301", 7),
    "a dangling mention": (skill_text("bad", "One.\n\nOpen `references/gone.md` then.\n"), "SK301", 9),
    "a link out of the skill": (skill_text("bad", "See [it](../alpha/SKILL.md).\n"), "SK302", 7),
    "a link to the root": (skill_text("bad", "See [it](/etc/passwd).\n"), "SK302", 7),
    "an encoded link out of the skill": (skill_text("bad", "See [it](%2e%2e/alpha/SKILL.md).\n"), "SK302", 7),
    "too many lines": (skill_text("bad", "word\n\n" * 300), "SK201", 501),
    "a huge file": (skill_text("bad").encode() + b"word " * 1_000_000, "SK107", 0),
}


@pytest.mark.parametrize("name", BAD)
def test_each_fault_is_one_finding_with_its_line(name: str, tmp_path: Path, capsys: Any) -> None:
    text, rule, line = BAD[name]
    bundle_of(tmp_path)
    path = write_skill(tmp_path / "skills" / "bad", text)

    code, report = run_skills(capsys, "--no-gateway", str(tmp_path))

    assert findings(report) == [(rule, str(path), line or None)]
    assert code == 1


def test_a_fault_of_one_skill_does_not_hide_that_of_another(tmp_path: Path, capsys: Any) -> None:
    bundle_of(tmp_path)
    first = write_skill(tmp_path / "skills" / "bad", BAD["broken YAML"][0])
    second = write_skill(tmp_path / "skills" / "zeta", skill_text("zeta", "See [it](gone.md).\n"))

    _, report = run_skills(capsys, "--no-gateway", str(tmp_path))

    assert findings(report) == [("SK103", str(first), 3), ("SK301", str(second), 7)]


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path, capsys: Any) -> None:
    bundle_of(tmp_path)
    secret = tmp_path / "secret.md"
    secret.write_text("See [it](gone.md).\n")
    link = tmp_path / "skills" / "alpha" / "more.md"
    link.symlink_to(secret)

    code, report = run_skills(capsys, "--no-gateway", str(tmp_path))

    assert findings(report) == [("SK106", str(link), None)]
    assert code == 1


def test_a_link_in_the_place_of_a_skill_is_named_and_not_followed(tmp_path: Path, capsys: Any) -> None:
    bundle_of(tmp_path)
    write_skill(tmp_path / "elsewhere", "no front matter")
    link = tmp_path / "skills" / "linked"
    link.symlink_to(tmp_path / "elsewhere")

    _, report = run_skills(capsys, "--no-gateway", str(tmp_path))

    assert findings(report) == [("SK106", str(link), None)]


def test_a_pipe_is_named_and_not_read(tmp_path: Path, capsys: Any) -> None:
    bundle_of(tmp_path)
    pipe = tmp_path / "skills" / "alpha" / "pipe.md"
    os.mkfifo(pipe)

    _, report = run_skills(capsys, "--no-gateway", str(tmp_path))

    assert findings(report) == [("SK106", str(pipe), None)]


def test_a_skill_file_in_lower_case_is_named(tmp_path: Path, capsys: Any) -> None:
    bundle_of(tmp_path)
    path = write_skill(tmp_path / "skills" / "bad", skill_text("bad"))
    lower = path.rename(path.with_name("skill.md"))

    _, report = run_skills(capsys, "--no-gateway", str(tmp_path))

    assert findings(report) == [("SK101", str(lower), None)]


@pytest.mark.parametrize(
    ("description", "rule"),
    [
        ("Use when alpha is too short.", "SK203"),
        (WHEN.replace("Use when", "For cases where").replace("when", "where"), "SK204"),
        (f'"{WHEN[:300]} <b>alpha</b>"', "SK205"),
        (WHEN.replace("alpha", "another").replace("beta", "a third"), "SK206"),
    ],
)
def test_a_weak_description_is_a_warning(description: str, rule: str, tmp_path: Path, capsys: Any) -> None:
    bundle_of(tmp_path)
    path = write_skill(tmp_path / "skills" / "bad", skill_text("bad", description=description))

    code, report = run_skills(capsys, "--no-gateway", str(tmp_path))

    assert findings(report) == [(rule, str(path), 3)]
    assert code == 0
    assert main(["skills", "--no-gateway", "--strict", str(tmp_path)]) == 1


def test_a_reference_that_nothing_links_to_is_a_warning(tmp_path: Path, capsys: Any) -> None:
    bundle_of(tmp_path)
    path = tmp_path / "skills" / "alpha" / "references" / "lost.md"
    path.parent.mkdir()
    path.write_text("Nobody comes here.\n")

    code, report = run_skills(capsys, "--no-gateway", str(tmp_path))

    assert findings(report) == [("SK303", str(path), None)]
    assert code == 0


@pytest.mark.parametrize("where", [".", "skills", "skills/alpha"])
def test_a_repository_a_folder_and_one_skill_are_all_taken(where: str, tmp_path: Path, capsys: Any) -> None:
    bundle_of(tmp_path)

    code, report = run_skills(capsys, "--no-gateway", str(tmp_path / where))

    assert (code, findings(report)) == (0, [])
    assert report["subject"] == {"kind": "skills", "name": str(tmp_path / where)}


@pytest.mark.parametrize("where", ["empty", "gone", "file"])
def test_what_holds_no_skill_is_bad_input(where: str, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")

    assert main(["skills", str(tmp_path / where)]) == 2
    assert str(tmp_path / where) in capsys.readouterr().err


def test_only_what_was_selected_is_run(tmp_path: Path, capsys: Any) -> None:
    bundle_of(tmp_path, bad="See [it](gone.md).\n")

    code, report = run_skills(capsys, "--select", "SK1", str(tmp_path))

    told = {verdict["rule"]: verdict["status"] for verdict in report["sessions"][0]["verdicts"]}
    assert code == 0
    assert told["SK101"] == "pass"
    assert told["SK301"] == "skipped"


@pytest.mark.parametrize("text", ["[" * 200_000, "](" * 200_000, "`" * 200_001, "|" * 200_000, "a: " * 100_000])
def test_hostile_texts_are_read_in_linear_time(text: str, tmp_path: Path, capsys: Any) -> None:
    bundle_of(tmp_path, bad=text)

    run_skills(capsys, "--no-gateway", "--ignore", "SK202", str(tmp_path))


def test_too_many_tokens_are_named_with_the_text(tmp_path: Path, capsys: Any) -> None:
    bundle_of(tmp_path)
    path = write_skill(tmp_path / "skills" / "bad", skill_text("bad", "word " * 6000))

    _, report = run_skills(capsys, "--no-gateway", str(tmp_path))

    assert findings(report) == [("SK202", str(path), None)]


@pytest.mark.parametrize(("module", "rule"), [("skills_ref.errors", "SK104"), ("splintr", "SK202")])
def test_what_needs_a_library_that_is_missing_is_skipped_with_the_reason(
    module: str, rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    bundle_of(tmp_path)
    monkeypatch.setitem(sys.modules, module, None)
    token_counter.cache_clear()

    code, report = run_skills(capsys, "--no-gateway", str(tmp_path))
    token_counter.cache_clear()

    (told,) = [verdict for verdict in report["sessions"][0]["verdicts"] if verdict["rule"] == rule]
    assert code == 0
    assert told["status"] == "skipped"
    assert "pip install" in told["reason"]


def test_a_reference_too_far_down_is_a_warning(tmp_path: Path, capsys: Any) -> None:
    bundle_of(tmp_path, bad="See [it](references/a/deep.md), and [the folder](references/).\n")
    path = tmp_path / "skills" / "bad" / "references" / "a" / "deep.md"
    path.parent.mkdir(parents=True)
    path.write_text("Deep.\n")

    _, report = run_skills(capsys, "--no-gateway", str(tmp_path))

    assert findings(report) == [("SK303", str(path), None)]


@pytest.mark.parametrize(
    ("fence", "line"),
    [
        ("json agentport__call_tool\n[1]", 8),
        ("json agentport__call_tool\n" + "[" * 100_000, 8),
        ('json agentport__call_tool\n{\n"a": }', 9),
        ("sh\nap auth status -o json\nap tools call --info 'never closed", 9),
    ],
)
def test_an_example_that_no_machine_can_read_is_named(fence: str, line: int, tmp_path: Path, capsys: Any) -> None:
    bundle_of(tmp_path, bad=f"```{fence}\n```\n")

    _, report = run_skills(capsys, "--no-gateway", "--ignore", "SK202", str(tmp_path))

    assert [(rule, at) for rule, _, at in findings(report)] == [("SK405", line)]


@pytest.mark.parametrize("text", ["`ap tools call --info 'it`", "Never `ap login`.", "Give `--format` to it."])
def test_a_command_in_a_code_span_is_checked_too(text: str, tmp_path: Path, capsys: Any) -> None:
    bundle_of(tmp_path, bad=f"{text}\n")

    _, report = run_skills(capsys, "--no-gateway", str(tmp_path))

    wanted = [] if "tools call" in text else [("SK404", 7)]
    assert [(rule, at) for rule, _, at in findings(report)] == wanted


def test_other_links_and_an_open_fence_are_left_alone(tmp_path: Path, capsys: Any) -> None:
    text = "[a](https://example.com/x.md) [b](#here) [c](mailto:a@b.c)\n\n[d]: SKILL.md\n\n```text\n[e](gone.md)\n"
    bundle_of(tmp_path, bad=text)

    _, report = run_skills(capsys, "--no-gateway", str(tmp_path))

    assert findings(report) == []
