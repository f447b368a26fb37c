"""`check --redact`: nothing that is secret or names a person's address is in any report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentport_harness.cli.main import main
from agentport_harness.runner.catalogue import report_writers

KEY = "ghp_" + "a1B2" * 9
URL = "http://gw.example/approve/54457586-4102-4c19-9e57-e12872160d40"
SECRETS = (KEY, KEY[:12], "hunter2!x", "dana@corp.example", "sk-proj-")
EVENTS = [
    {"human": f"Refund dana@corp.example, password is hunter2!x and the token {KEY}"},
    {
        "call": "agentport__call_tool",
        "id": "1",
        "arguments": {
            "integration_id": "stripe",
            "tool_name": "refund",
            "arguments": {"to": "dana@corp.example", "pw": "hunter2!x"},
            "additional_info": f"Refund dana@corp.example with {KEY}",
        },
    },
    {"result": "1", "text": f"A human has to approve this call first: {URL}"},
    {"agent": f"I used hunter2!x and {KEY} for dana@corp.example. Approve: http://gw.example/approve/…"},
    {"prompt": "http://gw.example/?token=a1b2c3d4e5f6a7b8", "message": "dana@corp.example"},
    {"decision": "deny", "request_id": "x"},
    {"upstream": "stripe", "tool": "refund", "arguments": [1, "dana@corp.example"]},
    {"turn_end": True},
]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "session.jsonl"
    document = {"format": "agentport-trace/1", "events": EVENTS, "warnings": ["dana@corp.example"]}
    path.write_text(json.dumps(document) + "\nsk-proj-a1b2c3d4e5f6a7b8c9d0\n")
    return path


@pytest.mark.parametrize("name", sorted(report_writers()))
def test_no_report_format_holds_a_secret_or_an_address_when_redacted(
    name: str, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--format", name, str(recording)]) == 2
    bare = capsys.readouterr().out
    assert KEY in bare or "dana@corp.example" in bare or "sk-proj-" in bare
    assert main(["check", "--redact", "--format", name, str(recording)]) == 2
    out = capsys.readouterr().out
    assert not [secret for secret in SECRETS if secret in out]


def test_a_converted_session_holds_none_either(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--redact", "--to-trace", str(recording)]) == 2
    out = capsys.readouterr().out
    assert not [secret for secret in (*SECRETS, "a1b2c3d4e5f6a7b8") if secret in out]
    assert URL in out


def test_a_baseline_fits_redacted_reports_too(recording: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    whole = recording.with_name("whole.jsonl")
    whole.write_text(recording.read_text().splitlines()[0])
    assert main(["check", "--write-baseline", str(known), str(whole)]) == 1
    assert main(["check", "--redact", "--baseline", str(known), str(whole)]) == 0
