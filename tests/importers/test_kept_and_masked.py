"""Whatever recorded a session: converted it is judged the same, and masked it holds nobody's secrets."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_across_formats import sessions
from writing import WRITERS, Call, Session, Step, Turn

from agentport_harness.core.report import SessionReport
from agentport_harness.core.trace import Trace
from agentport_harness.core.trace_format import trace_to_document
from agentport_harness.reports.jsonl_report import line
from agentport_harness.runner.check import Settings, check_recording, converted

KEY = "ghp_" + "a1B2" * 9
URL = "http://gw.example/approve/54457586-4102-4c19-9e57-e12872160d40"
SECRETS = (KEY, KEY[:12], "hunter2!x", "dana@corp.example")


def told(reports: Sequence[SessionReport]) -> list[object]:
    """What is said of each session, and where."""
    return [
        [(v.rule, v.status, [(f.message, f.event, f.place) for f in v.findings]) for v in report.verdicts]
        for report in reports
    ]


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=8, deadline=None, derandomize=True)
@given(session=sessions())
def test_a_converted_session_is_judged_as_the_recording_was(name: str, session: Session) -> None:
    with tempfile.TemporaryDirectory() as folder:
        recording, trace = Path(folder, "recording.jsonl"), Path(folder, "trace.jsonl")
        recording.write_bytes(WRITERS[name][1](session))
        found = [one for one in converted([recording], Settings()) if isinstance(one, Trace)]
        trace.write_text("".join(json.dumps(trace_to_document(one)) + "\n" for one in found))
        assert told(check_recording(trace)) == told(check_recording(recording))


PLACES = st.sets(st.sampled_from(["human", "agent", "info", "arguments", "answer", "other"]), min_size=1)


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=6, deadline=None, derandomize=True)
@given(places=PLACES)
def test_no_report_and_no_converted_session_holds_what_was_to_be_masked(name: str, places: set[str]) -> None:
    told = f"write to dana@corp.example, password is hunter2!x, token {KEY}"

    def at(place: str) -> str:
        return told if place in places else "nothing"

    gated = {"integration_id": "mail", "tool_name": "send", "arguments": {"body": at("arguments")}}
    call = Call("agentport__call_tool", {**gated, "additional_info": at("info")}, f"Approval required: {URL}")
    other = Call("fetch", {"url": "https://example.org"}, at("other") + " word" * 2_000)
    wait = Call("agentport__await_approval", {"request_id": URL.rpartition("/")[2]}, at("answer"))
    steps = (Step("", (call, other)), Step(f"{at('agent')} {URL[:-3]}\u2026", (wait,)), Step("Done."))
    session = Session((Turn(f"Please {at('human')}", steps),))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "recording.jsonl")
        path.write_bytes(WRITERS[name][1](session))
        masked = Settings(redact=True, traces=True)
        reports = check_recording(path, masked)
        texts = [line(report) for report in reports]
        traces = [one for one in [*(report.trace for report in reports), *converted([path], masked)] if one]
        texts += [json.dumps(trace_to_document(one)) for one in traces if isinstance(one, Trace)]
    assert len(texts) >= 3
    assert any(URL in text for text in texts)
    assert not [secret for text in texts for secret in SECRETS if secret in text]
