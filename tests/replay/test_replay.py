"""Transcripts are played over real MCP against a live gateway, and judged in both directions."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agentport_harness.cli.main import main
from agentport_harness.schema_check import check
from tests.serving import Served, served

SUITE = Path(__file__).parents[2] / "harness" / "agentport_harness" / "suite"


def replayed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = main(["replay", *arguments, "--format", "json"])
    printed = capsys.readouterr()
    assert printed.out, printed.err
    run: dict[str, Any] = json.loads(printed.out)
    check(run, "run.v1", path="report", lines={})
    return code, run


def transcript(
    folder: Path, steps: str, *, verdict: str = "conforms", tool: str = "result: done", more: str = ""
) -> str:
    path = folder / "case.transcript.yaml"
    body = "".join(f"      {line}\n" for line in steps.splitlines())
    path.write_text(
        f"format: agentport-transcript/1\ntitle: A case\nintegrations:\n  notes:\n    add_note: {{{tool}}}\n"
        f"turns:\n  - human: Keep a note.\n    agent:\n{body}{more}verdict: {verdict}\n",
        encoding="utf-8",
    )
    return str(path)


ASKED = """\
- tool: agentport__describe_tool
  arguments: {integration_id: "${notes}", tool_name: add_note}
- call: notes/add_note
  with: {text: hello}
  info: The user asked to keep the note "hello".
  expect: approval_required
"""
SHARED = """\
- say: "Keeping the note \\"hello\\", as you asked, needs your decision: ${approval_url}"
  await: ${request_id}
  human: approves
  expect: executed
- say: The note is kept.
"""


@pytest.mark.usefixtures("with_ap")
def test_the_shipped_suite_is_as_declared_on_the_embedded_gateway(capsys: pytest.CaptureFixture[str]) -> None:
    code, run = replayed(capsys)

    assert [one["expectation"]["differences"] for one in run["sessions"] if not one["expectation"]["met"]] == []
    assert code == 0
    assert len(run["sessions"]) >= 24


@pytest.mark.parametrize("protocol", ["legacy", "2026-07-28"])
def test_the_same_transcripts_run_against_a_gateway_by_url_on_both_revisions(
    protocol: str, gateway: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTPORT_HUMAN_PASSWORD", gateway.told["human"]["password"])
    chosen = [str(SUITE / folder) for folder in ("approval", "denial")]

    code, run = replayed(
        capsys, *chosen, "--protocol", protocol,
        "--gateway", gateway.told["base_url"], "--api-key", gateway.told["api_key"],
        "--human-email", gateway.told["human"]["email"],
    )  # fmt: skip

    assert code == 0
    assert all(one["expectation"]["met"] for one in run["sessions"])


def test_nothing_is_left_installed_behind(gateway: Served, capsys: pytest.CaptureFixture[str]) -> None:
    import httpx2

    def installed() -> set[str]:
        answer = httpx2.get(
            f"{gateway.told['base_url']}/api/installed", headers={"X-API-Key": gateway.told["api_key"]}
        ).json()
        return {one["integration_id"] for one in answer}

    before = installed()
    replayed(capsys, str(SUITE / "denial"), "--ready-file", str(gateway.ready_file))

    assert installed() == before


def test_a_fault_that_is_not_declared_fails_the_run(
    tmp_path: Path, gateway: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    path = transcript(tmp_path, ASKED + SHARED.replace("${approval_url}", "on the approvals page"))

    code, run = replayed(capsys, path, "--ready-file", str(gateway.ready_file))

    assert code == 1
    (difference,) = run["sessions"][0]["expectation"]["differences"]
    assert difference.startswith("Expected AP101 to be kept, and it was broken")


def test_a_declared_fault_that_does_not_happen_fails_the_run(
    tmp_path: Path, gateway: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    path = transcript(tmp_path, ASKED + SHARED, verdict="[AP101]")

    code, run = replayed(capsys, path, "--ready-file", str(gateway.ready_file))

    assert code == 1
    assert run["sessions"][0]["expectation"]["differences"] == ["Expected AP101 to be found broken, and it was not"]


def test_an_unmet_expectation_names_its_place_and_does_not_hide_behind_what_follows_from_it(
    tmp_path: Path, gateway: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    path = transcript(tmp_path, ASKED + SHARED, tool="result: done, mode: allow")

    code, run = replayed(capsys, path, "--ready-file", str(gateway.ready_file))

    assert code == 1
    first = run["sessions"][0]["expectation"]["differences"][0]
    assert "Expected outcome approval_required, got executed: done - at `$.turns[0].agent[1].expect` (line 14)" in first


def test_what_reached_the_upstream_is_compared(
    tmp_path: Path, gateway: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    path = transcript(tmp_path, ASKED + SHARED, more="upstream: {notes/add_note: [{text: goodbye}]}\n")

    code, run = replayed(capsys, path, "--ready-file", str(gateway.ready_file))

    assert code == 1
    assert 'got [{"text": "hello"}]' in run["sessions"][0]["expectation"]["differences"][0]


@pytest.mark.parametrize("tool", ["fault: hang_up", "fault: garbage", "result: {text: refused, is_error: true}"])
def test_an_upstream_that_fails_is_told_to_the_agent_and_the_run_goes_on(
    tool: str, tmp_path: Path, gateway: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = """\
- call: notes/add_note
  with: {text: hello}
  info: The user asked to keep the note "hello".
  expect: {is_error: true}
- say: The note could not be kept; the service answered with an error.
"""
    path = transcript(tmp_path, steps, tool=f"{tool}, mode: allow")

    _, run = replayed(capsys, path, "--select", "AP2", "--ready-file", str(gateway.ready_file))

    assert run["sessions"][0]["expectation"]["differences"] == []


def test_a_slow_upstream_is_waited_for(tmp_path: Path, gateway: Served, capsys: pytest.CaptureFixture[str]) -> None:
    path = transcript(tmp_path, ASKED + SHARED, tool="result: done, delay_seconds: 0.4")

    code, _ = replayed(capsys, path, "--ready-file", str(gateway.ready_file))

    assert code == 0


def test_an_unknown_variable_is_bad_input_with_its_place(
    tmp_path: Path, gateway: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    path = transcript(tmp_path, "- say: see ${approval_link}")

    code, run = replayed(capsys, path, "--ready-file", str(gateway.ready_file))

    assert code == 2
    assert "got ${approval_link} - at `$.turns[0].agent[0].say`" in run["sessions"][0]["problem"]["message"]


def test_a_transcript_with_shell_steps_is_skipped_with_the_reason_where_there_is_no_command(
    gateway: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    code, run = replayed(capsys, str(SUITE / "shell"), "--ready-file", str(gateway.ready_file))

    assert code == 0
    assert {one["skipped"] for one in run["sessions"]} == {"no `ap` command on PATH: its shell steps cannot run"}


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AGENTPORT_HUMAN_PASSWORD", "not the password")
    assert main(["replay", str(SUITE / "denial"), "--human-email", "a@example.com", *arguments]) == 3
    return capsys.readouterr().err


def test_a_gateway_that_does_not_answer_is_unreachable(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    told = refused(["--gateway", f"http://127.0.0.1:{port}", "--api-key", "ap_x"], capsys, monkeypatch)

    assert "nothing answers" in told
    assert "is the gateway running?" in told


def test_a_refused_key_is_said_and_never_printed(
    gateway: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = refused(["--gateway", gateway.told["base_url"], "--api-key", "ap_wrong"], capsys, monkeypatch)

    assert "the gateway refused the API key (401)" in told
    assert "ap_wrong" not in told


def test_a_refused_sign_in_is_said(
    gateway: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["--gateway", gateway.told["base_url"], "--api-key", gateway.told["api_key"]]

    assert "the gateway refused the human's sign-in (401)" in refused(arguments, capsys, monkeypatch)


def test_a_server_that_is_not_mcp_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = (
        "import http.server, pathlib, sys\n"
        "server = http.server.HTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)\n"
        "pathlib.Path(sys.argv[1]).write_text(str(server.server_port))\n"
        "[server.handle_request() for _ in range(3)]\n"
    )
    port_file = tmp_path / "port"
    process = subprocess.Popen([sys.executable, "-c", program, str(port_file)], stderr=subprocess.DEVNULL)
    try:
        while not port_file.exists() or not port_file.read_text():
            assert process.poll() is None
        url = f"http://127.0.0.1:{port_file.read_text()}"
        told = refused(["--gateway", url, "--api-key", "ap_x"], capsys, monkeypatch)
    finally:
        process.kill()
        process.wait(10)

    assert "not an MCP endpoint: status 501" in told


def test_a_gateway_that_dies_half_way_is_said_for_each_transcript(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(tmp_path) as dying:
        kill = f'- shell: "kill -9 {dying.process.pid}"\n'
        path = transcript(tmp_path, kill + ASKED)
        os.environ["PATH"] = f"{Path(__file__).parents[1] / 'standins'}:{os.environ['PATH']}"
        try:
            code, run = replayed(capsys, path, "--ready-file", str(dying.ready_file))
        finally:
            os.environ["PATH"] = os.environ["PATH"].partition(":")[2]

    assert code == 3
    assert (
        "broke off" in run["sessions"][0]["problem"]["message"] or "failed" in run["sessions"][0]["problem"]["message"]
    )


def test_a_taken_port_is_bad_usage_and_says_what_to_do(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        assert main(["serve", "--demo", "--port", str(taken.getsockname()[1])]) == 2

    assert "is in use: choose another with --port" in capfd.readouterr().err


def test_an_interrupt_in_the_middle_of_an_await_leaves_nothing_running(tmp_path: Path) -> None:
    path = transcript(
        tmp_path, ASKED + "- {say: 'see ${approval_url}', await: '${request_id}', repeat: while_pending}\n"
    )
    marker = tmp_path / "home"
    marker.mkdir()
    command = [sys.executable, "-m", "agentport_harness", "replay", path]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"TMPDIR": str(marker)}
    )
    while not _waiting(marker):
        assert process.poll() is None, process.communicate()
    children = _children(process.pid)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)

    assert process.returncode == 130
    assert b"Traceback" not in told
    assert children
    assert not any(Path(f"/proc/{child}/cmdline").exists() for child in children)
    assert list(marker.iterdir()) == []


def _waiting(home: Path) -> bool:
    """Whether the embedded gateway below ``home`` has a pending request."""
    import sqlite3

    for database in home.glob("agentport-*/gateway.db"):
        try:
            with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
                count = connection.execute("select count(*) from approval_requests where status = 'pending'").fetchone()
                return bool(count[0])
        except sqlite3.OperationalError:
            return False
    return False


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(child) for child in listed.stdout.split()]
