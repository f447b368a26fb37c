"""The same session yields the same verdicts, whoever recorded it, apart from what a format declares it lacks."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judging import read_one, verdicts
from writing import WRITERS, Call, Session, Step, Turn, as_trace

from agentport_harness.core.trace_format import trace_to_document

IDS = [f"{number}4457586-4102-4c19-9e57-e12872160d40" for number in range(3)]
GATED = {"integration_id": "github", "tool_name": "create_issue", "arguments": {"title": "docs: typo"}}
WITHOUT_PROMPT = frozenset({"codex-exec", "claude-stream", "opencode-events", "ag-ui-chunks"})
ENDED_CALLS_ONLY = frozenset({"gemini", "opencode-events"})


def _url(request_id: str) -> str:
    return f"http://gw.example/approve/{request_id}"


def _asked(request_id: str) -> str:
    return (
        "This tool was marked by a human as needing approval. Share this URL with a human: "
        f'{_url(request_id)}\n\nThen call agentport__await_approval(request_id="{request_id}").'
    )


REQUESTS = st.sampled_from(IDS)
INFO = st.sampled_from([{"additional_info": "Sam asked for it."}, {"additional_info": ""}, {}])
CALLS = st.one_of(
    st.builds(lambda i, info: Call("agentport__call_tool", {**GATED, **info}, _asked(i)), REQUESTS, INFO),
    st.builds(
        lambda info, text, failed: Call("agentport__call_tool", {**GATED, **info}, text, failed),
        INFO,
        st.sampled_from(["done", "This tool has been blocked and cannot be executed.", "Tool call failed: boom"]),
        st.booleans(),
    ),
    st.builds(
        lambda i, text: Call("agentport__await_approval", {"request_id": i}, text.format(i)),
        REQUESTS,
        st.sampled_from([
            '{{"issue": 42}}',
            "Still pending: the human has not decided on {0} yet.",
            "The call was denied by the human.",
            "The request {0} expired.",
        ]),
    ),
    st.just(Call("agentport__list_installed_integrations", {}, "[]")),
)  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(["", "On it.", "Still waiting.", "http://gw.example/approve/{id}"]),
    REQUESTS.map(lambda i: f"Please decide here: {_url(i)}"),
    REQUESTS.map(lambda i: f"Please decide here: {_url(i)[:-9]}…"),
)
WORKING = st.builds(Step, TEXTS, st.lists(CALLS, min_size=1, max_size=2).map(tuple))
FINAL = st.builds(Step, TEXTS.filter(bool))
TURNS = st.builds(
    lambda human, steps, final: Turn(human, (*steps, final)),
    st.sampled_from(["File the issue", "And now the next one", f"Look at {IDS[0]}"]),
    st.lists(WORKING, max_size=4),
    FINAL,
)


@st.composite
def sessions(draw: Any) -> Session:
    turns = draw(st.lists(TURNS, min_size=1, max_size=3))
    cut_off = draw(st.booleans()) and len(turns[-1].steps) > 1
    if cut_off:
        *steps, last = turns[-1].steps[:-1]
        unanswered = tuple(Call(call.tool, call.arguments, None) for call in last.calls)
        turns[-1] = Turn(turns[-1].human, (*steps, Step(last.text, unanswered)))
    return Session(tuple(turns), cut_off)


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(session=sessions())
def test_the_same_session_yields_the_same_verdicts_apart_from_declared_fidelity(name: str, session: Session) -> None:
    if session.cut_off and name in ENDED_CALLS_ONLY:
        return  # a call that never ended is not in such a recording, so the session is another one
    importer, write = WRITERS[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "recording.jsonl")
        path.write_bytes(write(session))
        trace = read_one(path)
    assert trace.input_format == importer
    assert not trace.warnings
    assert ("history" in trace.lacks) is (name in WITHOUT_PROMPT)
    whole, seen = verdicts(as_trace(session)), verdicts(trace)
    for rule, verdict in seen.items():
        if verdict.status != "not_testable" or not trace.lacks:
            assert (rule, verdict.status) == (rule, whole[rule].status), json.dumps(trace_to_document(trace), indent=1)
            if not trace.lacks:
                assert [f.evidence for f in verdict.findings] == [f.evidence for f in whole[rule].findings]
