"""``pytest`` collects transcripts as tests, and a failure shows the trace round the finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.serving import Served

CONFORMING = """\
format: agentport-transcript/1
title: An allowed note
integrations:
  notes:
    add_note: {mode: allow, result: kept}
turns:
  - human: Keep the note "hello".
    agent:
      - tool: agentport__describe_tool
        arguments: {integration_id: "${notes}", tool_name: add_note}
      - call: notes/add_note
        with: {text: hello}
        info: The user asked to keep the note "hello".
        expect: executed
      - say: The note is kept.
verdict: conforms
"""


@pytest.fixture
def folder(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyprojecttoml("[tool.pytest.ini_options]\nfilterwarnings = ['error']\n")
    return pytester


def run(folder: pytest.Pytester, gateway: Served, *arguments: str) -> pytest.RunResult:
    return folder.runpytest_subprocess("--agentport-ready-file", str(gateway.ready_file), *arguments, timeout=90)


def test_transcripts_are_collected_and_pass_when_all_is_as_declared(folder: pytest.Pytester, gateway: Served) -> None:
    Path("note.transcript.yaml").write_text(CONFORMING, encoding="utf-8")

    result = run(folder, gateway, "-v")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*note.transcript.yaml*note PASSED*"])


def test_a_failure_shows_the_rule_the_place_and_the_trace_round_it(folder: pytest.Pytester, gateway: Served) -> None:
    without_info = CONFORMING.replace('        info: The user asked to keep the note "hello".\n', "")
    Path("note.transcript.yaml").write_text(without_info, encoding="utf-8")

    result = run(folder, gateway)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*Expected AP201 to be kept, and it was broken*",
            "*AP201 info-present (MUST): the call carries no additional_info*",
            "*note.transcript.yaml:11 (turn 1, event 3)*",
            "*▶*call*agentport__call_tool*",
        ]
    )


def test_transcripts_are_selected_by_name_and_only_these_are_played(folder: pytest.Pytester, gateway: Served) -> None:
    Path("note.transcript.yaml").write_text(CONFORMING, encoding="utf-8")
    Path("other.transcript.yaml").write_text(CONFORMING.replace("conforms", "[AP101]"), encoding="utf-8")

    run(folder, gateway, "-k", "note").assert_outcomes(passed=1, deselected=1)


def test_a_malformed_transcript_is_an_error_of_collection_with_its_line(
    folder: pytest.Pytester, gateway: Served
) -> None:
    Path("note.transcript.yaml").write_text(CONFORMING.replace("result: kept", "result: 7"), encoding="utf-8")

    result = run(folder, gateway)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*note.transcript.yaml:5: Expected string, got integer - at *"])


def test_an_unreachable_gateway_ends_the_run_with_its_exit_code(
    folder: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("note.transcript.yaml").write_text(CONFORMING, encoding="utf-8")
    monkeypatch.setenv("AGENTPORT_HUMAN_PASSWORD", "x")
    credentials = ("--agentport-api-key", "ap_x", "--agentport-human-email", "a@example.com")

    result = folder.runpytest_subprocess("--agentport-url", "http://127.0.0.1:9", *credentials, timeout=90)

    assert result.ret == 3
    result.stdout.fnmatch_lines(["*agentport: http://127.0.0.1:9*nothing answers*"])


def test_an_embedded_gateway_is_used_when_none_is_named(folder: pytest.Pytester) -> None:
    Path("note.transcript.yaml").write_text(CONFORMING, encoding="utf-8")

    folder.runpytest_subprocess(timeout=90).assert_outcomes(passed=1)
