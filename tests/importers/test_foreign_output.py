"""What other tools printed is kept as a beginning, its links and ids, its size and its digest, in every format."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from judging import read_one, verdicts
from writing import WRITERS, Call, Session, Step, Turn

from agentport_harness.core.trace import ToolResult
from agentport_harness.importers._foreign import LONG, brief, shortened

REQUEST = "54457586-4102-4c19-9e57-e12872160d40"
LINK = "https://example.org/a?b=1"
FORMATS = list(WRITERS)


def session(printed: str, call: Call | None = None) -> Session:
    found = replace(call or OTHERS[0], answer=printed)
    return Session((Turn("Look for it", (Step("On it.", (found,)), Step("There it is."))),), False)


OTHERS = [
    Call("Grep", {"pattern": "x"}, ""),
    Call("fetch", {"url": "https://example.org/open?auth=token"}, ""),
    Call("browser_navigate", {"url": "http://localhost:3000/login"}, ""),
    Call("query", {"sql": "SELECT * FROM requests AWAITING"}, ""),
    Call("bash", {"command": "curl -H 'Authorization: Bearer x' https://api.example.org/v1/requests"}, ""),
]
OWN = [
    Call("fetch", {"url": "http://10.0.0.7/api/tools/github"}, ""),
    Call("bash", {"command": "ap tools list --integration github"}, ""),
    Call("bash", {"command": "curl $GATEWAY/api/installed"}, ""),
    Call("open_url", {"url": "http://10.0.0.7/approve/1"}, ""),
    Call("github__list_issues", {"repo": "x"}, ""),
]


def results(path: Path) -> list[ToolResult]:
    return [event for event in read_one(path).events if isinstance(event, ToolResult)]


@pytest.mark.parametrize("name", FORMATS)
def test_of_what_another_tool_printed_little_is_kept_however_long_it_is(name: str, tmp_path: Path) -> None:
    printed = "first line\n" + "word " * 20_000 + f"see {LINK} and {REQUEST}\n" + "word " * 20_000 + "end"
    path = tmp_path / "recording.jsonl"
    path.write_bytes(WRITERS[name][1](session(printed)))
    (result,) = results(path)
    assert len(result.text) < 1_000
    assert result.structured is None
    assert result.text.startswith("first line\n")
    assert result.text.splitlines()[-2:] == [LINK, REQUEST]
    assert sha256(printed.encode()).hexdigest() in result.text
    assert f"{len(printed)} bytes" in result.text
    assert result.place.line is not None or result.place.pointer


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("call", OTHERS, ids=lambda call: call.tool)
def test_pages_rows_and_answers_of_other_services_are_another_tools_output(
    call: Call, name: str, tmp_path: Path
) -> None:
    path = tmp_path / "recording.jsonl"
    path.write_bytes(WRITERS[name][1](session("word " * 20_000, call)))
    (result,) = results(path)
    assert len(result.text) < 1_000


@pytest.mark.parametrize("call", OWN, ids=lambda call: str(call.arguments))
def test_what_the_gateway_may_have_answered_is_kept_whole(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "recording.jsonl"
    path.write_bytes(WRITERS["claude-code"][1](session("word " * 20_000, call)))
    (result,) = results(path)
    assert result.text.strip() == ("word " * 20_000).strip()


@pytest.mark.parametrize("name", FORMATS)
def test_a_shortened_output_changes_no_verdict(name: str, tmp_path: Path) -> None:
    path = tmp_path / "recording.jsonl"
    said = []
    for printed in ("word", "word " * 2_000):
        path.write_bytes(WRITERS[name][1](session(printed)))
        said.append({rule: verdict.status for rule, verdict in verdicts(read_one(path)).items()})
    assert said[0] == said[1]


@pytest.mark.parametrize("name", FORMATS)
def test_an_output_that_speaks_of_the_gateway_is_kept_whole(name: str, tmp_path: Path) -> None:
    printed = "word " * 2_000 + "agentport " + "word " * 2_000
    path = tmp_path / "recording.jsonl"
    path.write_bytes(WRITERS[name][1](session(printed)))
    assert results(path)[0].text.strip() == printed.strip()


def test_sessions_hold_little_of_many_long_outputs(tmp_path: Path) -> None:
    calls = tuple(Call("Grep", {"pattern": str(number)}, f"{number} " + "word " * 20_000) for number in range(50))
    steps = tuple(Step("", (call,)) for call in calls)
    path = tmp_path / "recording.jsonl"
    path.write_bytes(WRITERS["claude-code"][1](Session((Turn("Look", (*steps, Step("Done."))),), False)))
    tracemalloc.start()
    try:
        trace = read_one(path)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(trace.events) > 100
    assert held < path.stat().st_size / 5


@pytest.mark.parametrize("text", ["x" * LONG, "x" * 9_000 + " approval", "x" * 9_000 + "AgentPort"])
def test_what_is_short_or_speaks_of_the_gateway_stays_as_it_is(text: str) -> None:
    assert shortened(text) == text
    assert brief(text, {"a": 1}) == (text, {"a": 1})


def test_a_long_structured_result_is_kept_as_the_beginning_of_its_text() -> None:
    text, structured = brief("", {"lines": ["word"] * 5_000})
    assert structured is None
    assert text.startswith('{"lines": ["word"')
    assert len(text) < 1_000


def test_a_text_with_half_a_character_has_a_digest_too() -> None:
    assert "sha256" in shortened("\ud83d" + "x" * 9_000)
