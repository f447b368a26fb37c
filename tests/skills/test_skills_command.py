"""`skills` on the bundle that this repository publishes, and on edits of it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentport_harness.bundled import skills_folder
from agentport_harness.cli.main import main
from agentport_harness.core.errors import HarnessError
from agentport_harness.runner.catalogue import report_writers, skill_checks
from agentport_harness.runner.skill_gateway import look_at_gateway
from agentport_harness.runner.skills import check_skills
from agentport_harness.schema_check import check
from agentport_harness.skill_bundle.live import Live
from agentport_harness.skill_checks import tool_names_exist
from agentport_harness.skill_files import folder_bundle
from tests.skills.building import bundle_of, findings, run_skills
from tests.skills.bundle import ROOT

OVERVIEW, TRACED = "skills/agentport-overview/SKILL.md", "skills/traceability.yaml"
MCP, CLI = "skills/agentport-mcp/SKILL.md", "skills/agentport-cli/SKILL.md"
CLIENTS = "skills/agentport-mcp/references/clients.md"
MANIFESTS = [path.relative_to(ROOT).as_posix() for path in sorted(ROOT.glob(".*-plugin/*.json"))]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of what this repository publishes."""
    for name in ("skills", ".claude-plugin", ".codex-plugin", ".cursor-plugin"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def _edited(root: Path, path: str, old: str, new: str) -> int:
    """Replaces a text in a file, and returns the line that it stood in."""
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new, 1), encoding="utf-8")
    return text.count("\n", 0, text.index(old)) + 1


@pytest.fixture(scope="module")
def live() -> Live:
    """What an embedded gateway offers, with the published examples tried on it."""
    import anyio

    return anyio.run(look_at_gateway, folder_bundle(ROOT))


@pytest.fixture
def on_that_gateway(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the command take what is known of the gateway, in place of starting one for each test."""
    monkeypatch.setattr("agentport_harness.runner.skills._live", lambda _bundle: live)


def test_the_published_bundle_is_clean_on_a_live_gateway(capsys: pytest.CaptureFixture[str]) -> None:
    code, report = run_skills(capsys, str(ROOT))

    told = {verdict["rule"]: verdict["status"] for verdict in report["sessions"][0]["verdicts"]}
    assert (code, findings(report)) == (0, [])
    assert {rule for rule, status in told.items() if status != "pass"} == {"SK701", "SK702", "SK703"}
    check(report, "run.v1", path="", lines={})


def test_every_example_of_the_published_bundle_was_tried(live: Live) -> None:
    tried = {trial.call for trial in live.trials or ()}
    assert {"agentport__call_tool", "agentport__await_approval", "agentport__install_integration"} <= tried
    assert len(live.trials or ()) >= 18


def test_without_a_gateway_what_needs_one_is_skipped_and_not_passed(capsys: pytest.CaptureFixture[str]) -> None:
    _, report = run_skills(capsys, "--no-gateway", str(ROOT))

    skipped = [verdict for verdict in report["sessions"][0]["verdicts"] if verdict["status"] == "skipped"]
    assert [verdict["rule"] for verdict in skipped] == ["SK401", "SK402", "SK406", "SK407"]
    assert {verdict["reason"] for verdict in skipped} == {"no gateway was asked"}


@pytest.mark.usefixtures("on_that_gateway")
@pytest.mark.parametrize(
    ("path", "old", "new", "rule"),
    [
        (MCP, "then check `agentport__get_auth_status`", "then check `agentport__auth_state`", "SK401"),
        (CLIENTS, "agentport__await_approval", "agentport__wait_approval", "SK401"),
        (MCP, "`request_id`, both in this turn", "`approval_id`, both in this turn", "SK402"),
        (MCP, "| `expired` |", "| `timed_out` |", "SK402 SK403 SK403"),
        (CLI, "`ap tools await-approval` in the same turn", "`ap tools await` in the same turn", "SK404"),
        (CLI, "ap auth status -o json", "ap auth status --format json", "SK404"),
        (CLI, "--request-id 0d4e8a52", "--id 0d4e8a52", "SK404"),
        (MCP, '"amount": 4200},', '"amount": 4200,},', "SK405"),
        (MCP, '"tool_name": "create_refund"}', '"tool": "create_refund"}', "SK406 SK406"),
    ],
)
def test_what_the_gateway_does_not_have_is_found_where_it_stands(
    path: str, old: str, new: str, rule: str, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = _edited(copied, path, old, new)

    code, report = run_skills(capsys, "--select", "SK4", str(copied))

    told = findings(report)
    assert code == 1
    assert [found for found, _, _ in told] == rule.split()
    assert told[0][1] == str(copied / path)
    assert abs((told[0][2] or 0) - line) <= 1


def test_an_example_that_the_gateway_refuses_is_found(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _edited(
        copied,
        MCP,
        '{"integration_id": "stripe", "tool_name": "create_refund"}',
        '{"integration_id": "", "tool_name": "x"}',
    )

    code, report = run_skills(capsys, "--select", "SK407", str(copied))

    assert code == 1
    ((rule, path, _),) = findings(report)
    assert (rule, path) == ("SK407", str(copied / MCP))


@pytest.mark.parametrize(
    ("path", "old", "new", "rule", "where"),
    [
        (MCP, "- Stop awaiting as soon as the human", "- The human", "SK502", TRACED),
        (MCP, "Your part is the link, the wait, and a true report.", "Retry what was denied.", "SK501", MCP),
        (TRACED, "polarity: do-not", "polarity: do", "SK503", TRACED),
        (TRACED, "rules: [AP108]", "rules: [AP999]", "SK504", TRACED),
        (TRACED, "agentport-mcp: mcp", "agentport-overview: mcp", "SK505", OVERVIEW),
        (TRACED, "format: agentport-traceability/1", "format: x", "SK601", TRACED),
        (TRACED, "sentences:\n", "sentences: [\n", "SK601", TRACED),
    ],
)  # fmt: skip
def test_a_break_between_sentence_and_rule_is_found(
    path: str, old: str, new: str, rule: str, where: str, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _edited(copied, path, old, new)

    code, report = run_skills(capsys, "--no-gateway", "--ignore", "SK603", str(copied))

    told = findings(report)
    assert code == 1
    assert {found for found, _, _ in told} <= {rule, "SK506"}
    assert {Path(place) for found, place, _ in told if found == rule} == {copied / where}


@pytest.mark.parametrize("path", MANIFESTS)
def test_a_manifest_of_another_version_is_found(path: str, copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (copied / path).read_text(encoding="utf-8")
    (copied / path).write_text(re.sub(r'"version": "[^"]*"', '"version": "9.9.9"', text), encoding="utf-8")

    code, report = run_skills(capsys, "--no-gateway", str(copied))

    assert (code, findings(report)) == (1, [("SK602", str(copied / path), None)])


@pytest.mark.parametrize(("text", "line"), [("{", 1), ('{\n"a": }', 2), ("[1]", 1), ("[" * 100_000, 1)])
def test_a_manifest_that_cannot_be_read_is_found(
    text: str, line: int, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copied / MANIFESTS[1]).write_text(text, encoding="utf-8")

    _, report = run_skills(capsys, "--no-gateway", "--select", "SK601", str(copied))

    assert findings(report) == [("SK601", str(copied / MANIFESTS[1]), line)]


def test_digests_that_are_not_current_are_found_and_written_anew(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copied / "skills" / "agentport-cli" / "more.txt").write_text("more")

    code, report = run_skills(capsys, "--no-gateway", str(copied))
    assert (code, findings(report)) == (1, [("SK603", str(copied / "skills" / "digests.json"), None)])

    code, report = run_skills(capsys, "--no-gateway", "--write-digests", str(copied))
    assert (code, findings(report)) == (0, [])


def test_the_digests_of_a_version_are_kept_when_the_next_is_written(copied: Path) -> None:
    before = json.loads((copied / "skills" / "digests.json").read_text())
    for path in [*copied.rglob("SKILL.md"), *copied.glob(".*-plugin/*.json")]:
        path.write_text(path.read_text().replace("0.1.0", "0.2.0"))

    assert main(["skills", "--no-gateway", "--quiet", "--write-digests", str(copied)]) == 0

    after = json.loads((copied / "skills" / "digests.json").read_text())
    assert after["version"] == "0.2.0"
    assert after["earlier"] == {"0.1.0": before["files"]}


def test_a_check_that_has_a_gateway_says_nothing_of_skills_that_do_not_speak_of_one(tmp_path: Path) -> None:
    folder = tmp_path / "skills" / "alpha"
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text("---\nname: alpha\ndescription: d\n---\n")

    run = check_skills(folder_bundle(tmp_path), [tool_names_exist.tool_names_exist])

    told = {verdict.rule: verdict.status for verdict in run.sessions[0].verdicts}
    assert told["SK401"] == "not_applicable"


@pytest.mark.parametrize("make", [lambda: folder_bundle(ROOT), lambda: folder_bundle(ROOT / "skills")])
def test_a_repository_and_its_folder_of_skills_are_the_same_bundle(make: Callable[[], Any]) -> None:
    bundle = make()
    assert len(bundle.skills) == 3
    assert len(bundle.manifests) == 4
    assert bundle.digests is not None
    assert bundle.traceability is not None


@pytest.mark.parametrize("name", sorted(report_writers()))
def test_findings_are_reported_in_every_format(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle_of(tmp_path, bad="See [it](gone.md).\n")

    assert main(["skills", "--no-gateway", "--format", name, str(tmp_path)]) == 1

    told = capsys.readouterr().out
    assert "SK301" in told
    assert "gone.md" in told


def test_a_known_finding_does_not_fail_and_a_mended_one_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle_of(tmp_path, bad="See [it](gone.md).\n")
    known = str(tmp_path / "baseline.json")

    main(["skills", "--no-gateway", "--write-baseline", known, str(tmp_path)])
    assert main(["skills", "--no-gateway", "--baseline", known, str(tmp_path)]) == 0

    bundle_of(tmp_path, bad="Nothing to see.\n")
    assert main(["skills", "--no-gateway", "--baseline", known, str(tmp_path)]) == 1
    assert "stale" in capsys.readouterr().out


def test_left_out_the_folder_is_skills_here_or_the_bundle_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    _, report = run_skills(capsys, "--no-gateway")
    assert report["subject"]["name"] == str(skills_folder())

    bundle_of(tmp_path)
    _, report = run_skills(capsys, "--no-gateway")
    assert report["subject"]["name"] == "skills"


def test_the_bundle_of_an_installed_package_lies_inside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "agentport_harness"
    monkeypatch.setattr("agentport_harness.bundled.files", lambda _name: package)
    with pytest.raises(HarnessError, match="missing from this installation"):
        skills_folder()

    shutil.copytree(ROOT / "skills", package / "skills")
    assert skills_folder() == package / "skills"


@pytest.mark.parametrize("arguments", [["a", "b"], ["--write-digests", str(ROOT / "skills" / "agentport-mcp")]])
def test_what_cannot_be_meant_is_bad_usage(arguments: list[str]) -> None:
    assert main(["skills", "--no-gateway", *arguments]) == 2


@pytest.mark.parametrize("check_id", [check.id for check in skill_checks()])
def test_every_check_is_explained(check_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", check_id]) == 0

    told = capsys.readouterr().out
    assert told.startswith(check_id)
    assert "\nWhy\n" in told
    assert "\nHow to mend\n" in told
