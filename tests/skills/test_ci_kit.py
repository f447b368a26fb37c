"""The action, the hooks and the pages that show them fit together."""

from __future__ import annotations

import re
import subprocess
import tomllib
from typing import Any

import pytest
import yaml

from agentport_harness import __version__
from tests.skills.bundle import FENCE, ROOT, load_yaml

ACTION: dict[str, Any] = load_yaml(ROOT / "action.yml")
HOOKS: list[dict[str, Any]] = load_yaml(ROOT / ".pre-commit-hooks.yaml")
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SCRIPTS = {step.get("name", step.get("id")): step["run"] for step in STEPS if "run" in step}
COMMANDS = {"replay", "check", "gateway", "skills", "serve", "doctor", "agent", "rules", "explain"}
PAGES = ["docs/ci.md", "docs/connect/codex.md"]


def _fences(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return [body for kind, _, body in FENCE.findall(text) if kind == language]


def _uses() -> list[dict[str, Any]]:
    workflows = [loaded for body in _fences("docs/ci.md", "yaml") if "jobs" in (loaded := yaml.safe_load(body))]
    return [
        step
        for workflow in workflows
        for job in workflow["jobs"].values()
        for step in job["steps"]
        if "agentport-skills@" in step.get("uses", "")
    ]


def test_the_action_has_an_input_for_each_kind_of_check() -> None:
    assert {"skills", "replay", "check", "gateway"} <= set(ACTION["inputs"])
    assert all(entry["description"] for entry in ACTION["inputs"].values())


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_takes_inputs_from_its_environment_and_never_by_substitution(name: str) -> None:
    assert "${{" not in SCRIPTS[name]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_valid_bash(name: str) -> None:
    subprocess.run(["bash", "-n"], input=SCRIPTS[name], text=True, check=True, capture_output=True)


def test_every_input_is_used() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", yaml.safe_dump(STEPS)))
    assert used == set(ACTION["inputs"])


def test_a_check_that_fails_does_not_stop_the_others() -> None:
    conditions = [step["if"] for step in STEPS if "if" in step]
    assert len(conditions) == 5
    assert all("!cancelled()" in condition for condition in conditions)


def _ran(name: str, **inputs: str) -> str:
    """The command line that a script of the action ends in."""
    defaults = {"PATH": "/usr/bin:/bin", "REPORTS": "out", "BASELINE": "", "STRICT": "false"}
    script = 'agentport-conformance() { echo "$#: $*"; }\n' + SCRIPTS[name]
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=defaults | inputs,
        text=True,
        check=True,
        capture_output=True,
    )
    return ran.stdout.strip()


def test_a_folder_with_a_space_stays_one_argument() -> None:
    ran = _ran("Skills", FOLDER="my skills")
    assert ran == "6: skills --format github --format sarif=out/skills.sarif my skills"


def test_recordings_are_one_a_line() -> None:
    ran = _ran("Check", RECORDINGS="a.jsonl\nb c.jsonl\n")
    assert ran.startswith("9: check --format github ")
    assert ran.endswith("--format junit=out/check.xml a.jsonl b c.jsonl")


def test_the_shipped_suite_needs_no_path() -> None:
    assert _ran("Replay", TRANSCRIPTS="shipped", URL="").endswith("--format junit=out/replay.xml")


@pytest.mark.parametrize(("step", "address"), [("Replay", "--gateway http://x"), ("Gateway", "--url http://x")])
def test_credentials_go_by_the_environment_and_never_onto_a_command_line(step: str, address: str) -> None:
    ran = _ran(
        step,
        TRANSCRIPTS="t.transcript.yaml",
        URL="http://x",
        ADAPTER="agentport",
        AGENTPORT_API_KEY="ap_k",
        AGENTPORT_HUMAN_EMAIL="h@x",
        AGENTPORT_HUMAN_PASSWORD="pw",
    )
    assert f"{address} --adapter agentport" in ran
    assert not {"ap_k", "h@x", "pw"} & set(ran.split())


def test_a_gateway_check_takes_baseline_and_strictness() -> None:
    ran = _ran(
        "Gateway",
        URL="http://x",
        ADAPTER="agentport",
        AGENTPORT_API_KEY="ap_k",
        AGENTPORT_HUMAN_EMAIL="",
        BASELINE="b.json",
        STRICT="true",
    )
    assert ran.endswith("--url http://x --baseline b.json --strict")


def test_workflows_on_the_page_give_the_action_inputs_that_it_has() -> None:
    uses = _uses()
    assert len(uses) == 3
    for step in uses:
        assert set(step["with"]) <= set(ACTION["inputs"])
        assert step["uses"].endswith(f"@v{__version__}")


def test_hooks_on_the_page_exist() -> None:
    (page,) = [loaded for body in _fences("docs/ci.md", "yaml") if "repos" in (loaded := yaml.safe_load(body))]
    assert {hook["id"] for hook in page["repos"][0]["hooks"]} == {hook["id"] for hook in HOOKS}
    assert page["repos"][0]["rev"] == f"v{__version__}"


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_runs_a_documented_command(hook: dict[str, Any]) -> None:
    program, command = hook["entry"].split()
    assert program == "agentport-conformance"
    assert command in COMMANDS
    assert hook["language"] == "python"
    re.compile(hook["files"])


def test_the_skill_hook_sees_every_file_of_the_bundle() -> None:
    files = re.compile(next(hook["files"] for hook in HOOKS if hook["id"] == "agentport-skills"))
    bundle = [path.relative_to(ROOT).as_posix() for path in (ROOT / "skills").rglob("*") if path.is_file()]
    manifests = [path.relative_to(ROOT).as_posix() for path in ROOT.glob(".*-plugin/*.json")]
    assert [path for path in bundle + manifests if not files.search(path)] == []


@pytest.mark.parametrize("page", PAGES)
def test_commands_on_a_page_are_documented_ones(page: str) -> None:
    found = re.findall(r"agentport-conformance ([a-z]+)", "\n".join(_fences(page, "sh")))
    assert found
    assert set(found) <= COMMANDS


def test_codex_settings_on_the_page_are_toml_that_codex_knows() -> None:
    known = {
        "url", "env_http_headers", "default_tools_approval_mode", "required", "tool_timeout_sec", "tools",
    }  # fmt: skip
    for body in _fences("docs/connect/codex.md", "toml"):
        assert set(tomllib.loads(body)["mcp_servers"]["agentport"]) <= known
