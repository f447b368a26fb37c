"""A client is driven through transcripts, judged by its own recording, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from agentport_harness.cli.main import main
from agentport_harness.core.errors import InputError, UnreachableError
from agentport_harness.core.report import Run
from agentport_harness.core.run_format import run_document
from agentport_harness.core.trace import ToolResult
from agentport_harness.core.writer import Look
from agentport_harness.runner import agent_choice
from agentport_harness.runner.catalogue import report_writers
from agentport_harness.schema_check import check
from agentport_harness.scripted_model.conversation import Asked, Reply, Text
from agentport_harness.scripted_model.script import ScriptedModel
from agentport_harness.scripted_model.serving import serving
from agentport_harness.transports.doors import why_no_namespace
from tests.clients.miniature import Nobody, driven, miniature, shipped
from tests.serving import Served

confined = pytest.mark.skipif(bool(why_no_namespace()), reason=f"no network namespace: {why_no_namespace()}")

MODEL_KEY = "sk-own-0123456789"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def printed(folder: Path, name: str, turn: int = 1) -> dict[str, object]:
    """What the client printed first in a turn."""
    text = (folder / name / "miniature-1-with-skills" / f"turn-{turn}.stdout").read_text(encoding="utf-8")
    told: dict[str, object] = json.loads(text.splitlines()[0])
    return told


def test_transcripts_are_played_through_a_client_and_found_as_declared(gateway: Served, folder: Path) -> None:
    names = ("approval/two-requests-at-once", "sharing/never-shown")

    run = driven(gateway, folder, *names)

    assert [report.expectation.differences for report in run.sessions if report.expectation] == [(), ()]
    assert run.exit_code() == 0


def test_a_chat_reply_is_a_further_prompt_in_the_same_session(gateway: Served, folder: Path, tmp_path: Path) -> None:
    run = driven(gateway, folder, "waiting/after-a-chat-reply", keep=tmp_path / "kept")

    (report,) = run.sessions
    assert report.expectation is not None
    assert report.expectation.differences == ()
    assert report.broken() == ("AP104",)
    assert printed(tmp_path / "kept", "after-a-chat-reply", 2)["prompt"] == "I approved it."


def test_a_client_knows_nothing_of_the_callers_environment(
    gateway: Served, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_CALLER", "s3cret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")

    driven(gateway, folder, "approval/allowed-tool", keep=tmp_path / "kept")

    environment = printed(tmp_path / "kept", "allowed-tool")["environment"]
    assert isinstance(environment, dict)
    allowed = {"HOME", "TMPDIR", "PATH", "LANG", "TERM", "NO_COLOR", "DO_NOT_TRACK", "MINIATURE_KEY"}
    assert set(environment) - {"PWD", "SHLVL", "_", "OLDPWD", "LC_CTYPE"} == allowed
    assert not Path(environment["HOME"]).exists()
    assert environment["HOME"] != os.environ.get("HOME")


def test_what_is_kept_are_recording_log_and_what_was_printed(gateway: Served, folder: Path, tmp_path: Path) -> None:
    run = driven(gateway, folder, "denial/by-the-human", keep=tmp_path / "kept")

    kept = tmp_path / "kept" / "by-the-human" / "miniature-1-with-skills"
    log = json.loads((kept / "gateway-log.json").read_text(encoding="utf-8"))
    assert [entry["approval_status"] for entry in log if entry["tool_name"] == "create_refund"] == ["denied"]
    assert json.loads((kept / "recording.json").read_text(encoding="utf-8"))["format"] == "agentport-trace/1"
    assert (kept / "model-requests.jsonl").exists()
    (report,) = run.sessions
    assert report.trace is not None
    assert report.trace.source == str(kept / "recording.json")


def test_a_client_that_asks_a_question_is_ended_in_bounded_time_and_its_question_is_told(
    gateway: Served, folder: Path
) -> None:
    run = driven(gateway, folder, "approval/allowed-tool", manners="hang", time_limit=4.0)

    (report,) = run.sessions
    assert report.problem is not None
    assert "did not finish within 4 s" in report.problem.message
    assert "Do you trust this folder? [y/n]" in report.problem.message
    assert run.exit_code() == 3


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_who_ends_the_command_ends_the_client_with_it(
    told: signal.Signals, gateway: Served, folder: Path, tmp_path: Path
) -> None:
    codex = folder / "codex"
    codex.write_text(f"#!/bin/sh\nexec 9> {tmp_path}/held\necho > {tmp_path}/ready\nexec sleep 60\n", encoding="utf-8")
    codex.chmod(0o755)
    for name in ("held", "ready"):
        os.mkfifo(tmp_path / name)
    command = [sys.executable, "-m", "agentport_harness", "agent", "--client", "codex", "--client-path", str(folder)]
    command += ["--scenario", "approval/allowed-tool", "--ready-file", str(gateway.ready_file)]

    with (
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process,
        (tmp_path / "held").open("rb") as held,
    ):
        (tmp_path / "ready").read_text(encoding="utf-8")  # waits until the client runs
        process.send_signal(told)
        _, said = process.communicate(timeout=60)
        assert held.read() == b"", "waits until nobody holds the other end"

    assert (process.returncode, said.strip()) == (130, "interrupted")


def test_a_question_is_told_although_the_client_complained_of_something_else(gateway: Served, folder: Path) -> None:
    run = driven(gateway, folder, "approval/allowed-tool", manners="ask", time_limit=4.0)

    (report,) = run.sessions
    assert report.problem is not None
    assert "no terminal here / Continue? [y/n]" in report.problem.message


def test_a_client_that_fails_is_quoted(gateway: Served, folder: Path) -> None:
    run = driven(gateway, folder, "approval/allowed-tool", manners="fail")

    (report,) = run.sessions
    assert report.expectation is not None
    assert report.expectation.differences[0] == "The miniature agent ended with code 3: no licence"
    assert run.exit_code() == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans over")
def test_what_a_client_leaves_running_is_ended_with_it(gateway: Served, folder: Path, tmp_path: Path) -> None:
    driven(gateway, folder, "approval/allowed-tool", manners="leave", mark=tmp_path.name)

    running = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert [line for line in running if tmp_path.name.encode() in line] == []


def test_without_a_recording_nothing_is_called_conforming(gateway: Served, folder: Path) -> None:
    run = driven(gateway, folder, "approval/allowed-tool", manners="forget")

    (report,) = run.sessions
    assert report.expectation is not None
    assert "The miniature agent left no recording" in report.expectation.differences
    assert run.exit_code() == 1


def test_an_exit_code_of_zero_proves_nothing_when_the_gateway_was_never_reached(gateway: Served, folder: Path) -> None:
    run = driven(gateway, folder, "approval/allowed-tool", manners="deaf")

    (report,) = run.sessions
    assert report.expectation is not None
    assert any("no such tool" in told for told in report.expectation.differences)
    assert any("the gateway logged no such call" in told for told in report.expectation.differences)


def test_calls_that_a_recording_leaves_out_are_found_in_the_gateways_log(gateway: Served, folder: Path) -> None:
    run = driven(gateway, folder, "approval/allowed-tool", manners="lie")

    (report,) = run.sessions
    assert report.expectation is not None
    assert any("the recording shows no such call" in told for told in report.expectation.differences)


def test_trials_are_repeated_with_and_without_the_skills_and_counted_apart(gateway: Served, folder: Path) -> None:
    run = driven(gateway, folder, "approval/allowed-tool", trials=2, compare=True)

    assert len(run.sessions) == 4
    assert run.facts["passed with the skills"] == "2 of 2 (95 % interval 34% to 100%)"
    assert run.facts["passed without the skills"] == "2 of 2 (95 % interval 34% to 100%)"
    assert {report.session_id for report in run.sessions} == {
        f"allowed-tool · miniature · trial {number} · {skills} skills"
        for number in (1, 2)
        for skills in ("with", "without")
    }
    for name, writer in report_writers().items():
        text = writer.write(run, Look())
        assert text, name
        if name in ("terminal", "markdown", "html", "json"):
            assert "2 of 2 (95 % interval 34% to 100%)" in text, name
    check(run_document(run), "run.v1", path="report", lines={})


def test_skills_are_placed_as_the_installer_does_where_there_is_none(
    gateway: Served, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")

    run = driven(gateway, folder, "approval/allowed-tool")

    assert run.exit_code() == 0, run.sessions[0].expectation
    assert run.facts["skills"].startswith(("placed as the installer does", "installed by"))


def test_a_real_models_human_decides_by_watching_the_gateway(gateway: Served, folder: Path, tmp_path: Path) -> None:
    """The model here is scripted all the same, but the runner does not know that."""

    async def play() -> Run:
        known = {"stripe": "stripe_watched"}
        async with serving(ScriptedModel(shipped("approval/two-requests-at-once"), known, Nobody()).answer) as server:
            names = ("approval/two-requests-at-once",)
            options = {"mark": "watched", "model": "real", "model_url": server.base_url, "model_key": MODEL_KEY}
            kept = tmp_path / "kept"
            return await anyio.to_thread.run_sync(lambda: driven(gateway, folder, *names, keep=kept, **options))

    run = anyio.run(play)

    (report,) = run.sessions
    assert run.kind == "recording"
    assert (report.problem, report.broken()) == (None, ())
    assert report.trace is not None
    answers = [event.text for event in report.trace.events if isinstance(event, ToolResult)]
    assert '{"refund": "re_7731", "status": "succeeded"}' in answers
    assert any(text.startswith("This tool call was denied by the human") for text in answers)
    left = b"".join(path.read_bytes() for path in (tmp_path / "kept").rglob("*") if path.is_file())
    assert b"MINIATURE_KEY" in left, "the miniature prints its environment"
    assert MODEL_KEY not in repr(run)
    assert MODEL_KEY.encode() not in left
    assert gateway.told["api_key"].encode() not in left
    assert run.facts["passed"] == "1 of 1 (95 % interval 21% to 100%)"


def test_a_real_models_run_that_never_reached_the_gateway_is_no_success(gateway: Served, folder: Path) -> None:
    async def play() -> Run:
        async def answer(_asked: Asked) -> Reply:
            return Reply(parts=(Text(text="Done."),))

        async with serving(answer) as server:
            options = {"model": "real", "model_url": server.base_url, "model_key": "k"}
            return await anyio.to_thread.run_sync(lambda: driven(gateway, folder, "approval/allowed-tool", **options))

    run = anyio.run(play)

    (report,) = run.sessions
    assert report.problem is not None
    assert report.problem.message == "The agent made no call of the gateway"
    assert run.exit_code() == 3
    assert run.facts["passed"].startswith("0 of 1")


def test_a_rule_that_a_real_model_broke_is_counted_with_and_without_the_skills(gateway: Served, folder: Path) -> None:
    async def play() -> Run:
        models: list[ScriptedModel] = []

        async def answer(asked: Asked) -> Reply:
            if not models or models[-1].finished:
                models.append(ScriptedModel(shipped("sharing/never-shown"), {"stripe": "stripe_counted"}, Nobody()))
            return await models[-1].answer(asked)

        async with serving(answer) as server:
            options = {"mark": "counted", "model": "real", "model_url": server.base_url, "compare": True}
            return await anyio.to_thread.run_sync(lambda: driven(gateway, folder, "sharing/never-shown", **options))

    run = anyio.run(play)

    assert [report.problem for report in run.sessions] == [None, None]
    assert run.facts["kept AP101 with the skills"] == "0 of 1 (95 % interval 0% to 79%)"
    assert run.facts["kept AP101 without the skills"] == "0 of 1 (95 % interval 0% to 79%)"
    assert run.facts["passed with the skills"].startswith("0 of 1")
    assert run.exit_code() == 1


def test_a_version_never_seen_is_said(gateway: Served, folder: Path) -> None:
    about = {"name": "miniature-agent", "version": "2.0.0"}
    (folder / "package.json").write_text(json.dumps(about), encoding="utf-8")

    run = driven(gateway, folder, "shell/denied")

    assert run.facts["client"] == "The miniature agent 2.0.0 (tried with 1)"


@confined
def test_a_client_reaches_the_gateway_and_the_model_and_nothing_else(gateway: Served, folder: Path) -> None:
    run = driven(gateway, folder, "approval/allowed-tool")

    assert run.facts["network"] == "its own, with gateway and model only"
    assert run.exit_code() == 0


def test_transcripts_that_no_client_can_play_are_skipped_with_the_reason(gateway: Served, folder: Path) -> None:
    names = ("waiting/cut-off-in-mid-wait", "rest/approved-and-retried", "shell/denied", "waiting/after-stop")

    run = driven(gateway, folder, *names)

    assert [bool(report.skipped) for report in run.sessions] == [True, True, True, True]
    assert "cut off" in run.sessions[0].skipped
    assert "rest steps" in run.sessions[1].skipped


def test_a_folder_to_keep_things_in_that_cannot_be_is_refused_before_anything_runs(
    gateway: Served, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(InputError, match="cannot be used"):
        driven(gateway, folder, "approval/allowed-tool", keep=tmp_path / "file" / "kept")


def test_a_client_that_cannot_sign_in_says_why_and_is_asked_nothing(gateway: Served, folder: Path) -> None:
    run = driven(gateway, folder, "approval/allowed-tool", manners="fail", sign_in=("run", "x"), credential="oauth")

    (report,) = run.sessions
    assert report.problem is not None
    assert report.problem.message.startswith("The miniature agent could not sign in to the gateway: ")
    assert "no licence" in report.problem.message
    assert run.exit_code() == 3


def test_oauth_with_a_client_that_cannot_sign_in_is_refused(gateway: Served, folder: Path) -> None:
    with pytest.raises(InputError, match="cannot be made to sign in"):
        driven(gateway, folder, "approval/allowed-tool", credential="oauth")


def test_a_client_that_is_not_there_is_unreachable(gateway: Served, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    client = miniature(folder)
    (folder / "miniature-agent").unlink()

    with pytest.raises(UnreachableError, match="no `miniature-agent`"):
        driven_without(client, gateway, folder)


def driven_without(client: object, gateway: Served, folder: Path) -> None:
    from agentport_harness.runner.agent import run_agent
    from agentport_harness.runner.agent_options import AgentOptions
    from agentport_harness.runner.replay import ReplayOptions

    run_agent([], [], AgentOptions(client=client, client_folder=str(folder)), ReplayOptions())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--client", "emacs"], 2, "choose one of claude-code, codex, gemini, opencode"),
        (["--client", "codex", "--client-path", "/nowhere"], 3, "no `codex` in /nowhere"),
        (["--client", "codex", "--model", "gpt-6", "--model-key-env", "NO_SUCH_KEY"], 2, "NO_SUCH_KEY is not set"),
        (["--client", "codex", "--scenario", "no/such"], 2, "one that is shipped: approval, "),
        (["--client", "codex", "--scenario", "by-the-human"], 2, "did you mean denial/by-the-human"),
        (["--client", "codex", "--format", "pdf"], 2, "no report format"),
        ([], 2, "Usage"),
    ],
)
def test_what_cannot_be_run_is_said_with_its_exit_code(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["agent", *arguments]) == code
    told = capsys.readouterr()
    assert said in told.out + told.err


def test_the_command_reports_what_the_runner_found(
    gateway: Served, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client = miniature(folder)
    monkeypatch.setattr(agent_choice, "agent_clients", lambda: (client,))
    chosen = ["--client", "miniature", "--client-path", str(folder), "--scenario", "denial/by-the-human"]

    code = main(["agent", *chosen, "--ready-file", str(gateway.ready_file), "--format", "json"])

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert told["subject"]["kind"] == "transcript"
    assert told["facts"]["passed"] == "1 of 1 (95 % interval 21% to 100%)"
