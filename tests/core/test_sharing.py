"""What the agent owed the human, and where it showed it: the index agrees with a look at every text."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from agentport_harness.core.links import links_in, showing
from agentport_harness.core.sharing import LinksBrought, obligations, showings
from agentport_harness.core.trace import AgentMessage, HumanMessage, ToolCall, ToolResult, Trace
from agentport_harness.surfaces.reading import read_session
from tests.rules.generator import conforming
from tests.rules.hostile import traces

LOOSE = settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
ONE = "https://gw.example/approve/3f2a91c4-7b1e-4c55-9d0a-5e6f708192a3"
TWO = "https://gw.example/approve/77aa0c1d-0000-4c55-9d0a-112233445566"


def gated(number: int, url: str) -> tuple[ToolCall, ToolResult]:
    call = ToolCall(call_id=str(number), tool="agentport__call_tool", arguments={"x": number}, step=number)
    return call, ToolResult(call_id=str(number), text=f"Approval is needed: {url}")


def seen(trace: Trace) -> list[list[tuple[int, str]]]:
    session = read_session(trace)
    return [[(text.seq, found.how) for text, found in showings(session, owed)] for owed in obligations(session)]


@given(conforming())
@LOOSE
def test_every_url_of_a_conforming_session_is_found_whole(trace: Trace) -> None:
    session = read_session(trace)
    for owed in obligations(session):
        assert any(found.how == "whole" for _, found in showings(session, owed))


@given(traces)
@LOOSE
def test_the_index_finds_a_url_whole_where_a_look_at_the_text_alone_does(trace: Trace) -> None:
    session = read_session(trace)
    for owed in obligations(session):
        found = list(showings(session, owed))
        assert [text.seq for text, _ in found] == sorted({text.seq for text, _ in found})
        whole = {text.seq for text, how in found if how.how == "whole" and text.seq in owed.turn}
        first = owed.request.openings[0].told
        for text in session.shown_by_turn.get(owed.turn.number, ()):
            alone = showing(text.text, owed.request.url)
            assert (text.seq in whole) == (text.seq > first and alone is not None and alone.how == "whole")


def test_a_url_shown_before_counts_again_when_the_pending_request_is_reused() -> None:
    trace = Trace(
        events=(
            HumanMessage(text="go"),
            *gated(1, ONE),
            AgentMessage(text=f"Decide: {ONE}", step=2),
            HumanMessage(text="again"),
            *gated(3, ONE),
            AgentMessage(text="Still the same page.", step=4),
        )
    )
    assert seen(trace) == [[(3, "whole")], [(3, "whole")]]


def test_an_alteration_counts_in_its_own_turn_only_and_once_per_text() -> None:
    trace = Trace(
        events=(
            HumanMessage(text="go"),
            *gated(1, ONE),
            *gated(2, TWO),
            AgentMessage(text=f"Decide {ONE[:36]}… at https://bit.ly/3xYz", step=3),
            AgentMessage(text="or at https://bit.ly/4xYz", step=4),
            HumanMessage(text="again"),
            *gated(5, ONE),
            AgentMessage(text="Hm.", step=6),
        )
    )
    # the first request in both turns, then the second, which the link from nowhere could stand for
    assert seen(trace) == [[(5, "altered")], [], [(5, "altered")]]


def test_links_come_into_a_session_by_humans_calls_and_results() -> None:
    trace = Trace(
        events=(
            HumanMessage(text="see https://a.example/x."),
            ToolCall(call_id="1", tool="t", arguments={"u": ["https://b.example/y"]}, step=1),
            ToolResult(call_id="1", text="https://c.example/z"),
            AgentMessage(text="https://d.example/mine", step=2),
        )
    )
    brought = LinksBrought(read_session(trace))
    every = [f"https://{host}.example/{path}" for host, path in ("ax", "by", "cz")]
    assert [link for link in every if link in brought] == every
    assert "https://d.example/mine" not in brought
    assert "https://a.example" not in brought
    assert list(links_in("none")) == []
