"""What a timeline shows of a session."""

from __future__ import annotations

import pytest

from agentport_harness.core.trace import (
    AgentMessage,
    Decision,
    Event,
    Fault,
    HumanMessage,
    ToolCall,
    ToolResult,
    Trace,
    TurnEnd,
    UpstreamCall,
    UrlPrompt,
)
from agentport_harness.reports._timeline import Card, Omitted, Timeline, Wait, duration, timeline
from tests.reports.runs import refund_trace


def drawn(*events: Event, at: int = 0, evidence: str = "") -> Timeline:
    return timeline(Trace(events=events), [(at, evidence)], {at})


def cards(shown: Timeline) -> list[Card]:
    return [row for row in shown.rows if isinstance(row, Card)]


def call(tool: str = "agentport__call_tool", arguments: object = None, **given: object) -> ToolCall:
    known: dict[str, object] = {"call_id": "c", "step": 1}
    return ToolCall(tool=tool, arguments=arguments, **(known | given))  # type: ignore[arg-type]


def result(text: str = "", **given: object) -> ToolResult:
    return ToolResult(call_id="c", text=text, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("event", "way"),
    [
        (HumanMessage(text="x"), "human agent right 0-1"),
        (AgentMessage(text="x", step=1), "agent human left 0-1"),
        (AgentMessage(text="x", step=1, actor="helper"), "agent agent here 1-1"),
        (call(), "agent gateway right 1-2"),
        (call("shell", {"command": "ls"}), "agent agent here 1-1"),
        (call("shell", {"command": "cd /tmp && ap call shop refund"}), "agent gateway right 1-2"),
        (call("http_request", {"path": "/api/tools/shop/call"}), "agent gateway right 1-2"),
        (call("shop__refund", {}, server="agentport"), "agent gateway right 1-2"),
        (result(), "gateway agent left 1-2"),
        (UrlPrompt(url="http://x"), "agent human left 0-1"),
        (Decision(request_id="r", decision="deny"), "human gateway right 0-2"),
        (UpstreamCall(integration="shop", tool="refund", arguments={}), "gateway upstream right 2-3"),
        (TurnEnd(), "agent agent here 1-1"),
    ],
)
def test_every_event_lies_between_its_lanes(event: Event, way: str) -> None:
    (card,) = cards(drawn(event))
    assert f"{card.origin} {card.target} {card.way} {card.span}" == way


def test_a_call_to_a_server_that_is_known_to_be_the_gateway_goes_there() -> None:
    trace = Trace(events=(call("shop__refund", server="gw"), result()), gateway_servers=frozenset({"gw"}))
    assert [card.target for card in cards(timeline(trace, [], ()))] == ["gateway", "agent"]


def test_the_answer_of_an_own_tool_stays_with_the_agent() -> None:
    own, answer = cards(drawn(call("shell", {"command": "ls"}), result("a.txt")))
    assert (own.way, answer.way, answer.origin) == ("here", "here", "agent")
    assert answer.title == "its own tool answers"


def test_answers_with_the_same_id_belong_to_the_calls_in_their_order() -> None:
    events = (call("shell", {"command": "ls"}), call(), result("of ls"), result("of the gateway"))
    assert [card.origin for card in cards(drawn(*events))][2:] == ["agent", "gateway"]


@pytest.mark.parametrize(
    ("answer", "title", "failed"),
    [
        (result("x"), "answers", False),
        (result("x", is_error=True), "answers: error", True),
        (result("x", exit_code=0), "answers", False),
        (result("x", exit_code=4), "answers: exit code 4", True),
        (result("x", status=202), "answers: HTTP 202", False),
        (result("", fault="client_timeout"), "gives no answer: client timeout", True),
    ],
)
def test_an_answer_says_how_it_went(answer: ToolResult, title: str, failed: bool) -> None:
    (card,) = cards(drawn(answer))
    assert (card.title, card.failed) == (title, failed)


def test_a_fault_is_named_whatever_it_is() -> None:
    faults: tuple[Fault, ...] = ("client_refused", "transport", "cancelled")
    assert [cards(drawn(result(fault=fault)))[0].title for fault in faults] == [
        "gives no answer: client refused",
        "gives no answer: transport",
        "gives no answer: cancelled",
    ]


def test_a_structured_answer_stands_in_for_a_missing_text() -> None:
    assert cards(drawn(result("", structured={"a": 1})))[0].text == ('{"a": 1}', "", "")
    assert cards(drawn(result("")))[0].text == ("", "", "")


def test_long_json_is_laid_out_and_short_json_is_not() -> None:
    assert cards(drawn(call(arguments={"a": 1})))[0].text[0] == '{"a": 1}'
    assert "\n" in cards(drawn(call(arguments={"a": "x" * 200})))[0].text[0]


def test_evidence_is_found_in_the_text_and_told_apart() -> None:
    (card,) = cards(drawn(AgentMessage(text="before BAD after", step=1), evidence="BAD\u2026"))
    assert card.text == ("before ", "BAD", " after")
    (card,) = cards(drawn(AgentMessage(text="before", step=1), evidence="elsewhere"))
    assert card.text == ("before", "", "")


def test_a_long_text_is_cut_round_the_evidence() -> None:
    (card,) = cards(drawn(AgentMessage(text="a" * 5000 + "BAD" + "b" * 5000, step=1), evidence="BAD"))
    before, marked, after = card.text
    assert before == "\u2026" + "a" * 200
    assert marked == "BAD"
    assert after == "b" * 800 + " \u2026 (4,200 characters more)"


def test_an_event_that_no_finding_is_about_is_told_more_briefly() -> None:
    long = AgentMessage(text="a" * 1000, step=1)
    pinned, context = cards(drawn(long, long))
    assert pinned.text[0].startswith("a" * 800 + " ")
    assert context.text[0] == "a" * 320 + " \u2026 (680 characters more)"


def test_waits_are_in_proportion_and_name_who_acts_next() -> None:
    waits = [row for row in timeline(refund_trace(), [(4, "")], {4}).rows if isinstance(row, Wait)]
    assert [(wait.said, wait.lane) for wait in waits] == [("2.5 s", "agent"), ("1.0 s", "agent"), ("48 s", "human")]
    longest = waits[-1].height
    assert longest == 120
    assert [wait.height for wait in waits[:-1]] == [round(longest * 2.5 / 47.9), round(longest * 1.0 / 47.9)]


def test_clocks_count_from_the_first_event() -> None:
    clocks = [card.clock for card in cards(timeline(refund_trace(), [], ()))]
    assert (clocks[0], clocks[4], clocks[-1]) == ("+0.0 s", "+4.0 s", "+53.1 s")
    late = drawn(HumanMessage(text="x", time=0.0), HumanMessage(text="y", time=400.0))
    assert cards(late)[1].clock == "+6 min 40 s"


def test_the_chart_has_calls_as_stretches_and_findings_above_all() -> None:
    shown = timeline(refund_trace(), [(4, ""), (1, "")], {4})
    kinds = [bar.kind for bar in shown.bars]
    assert kinds == ["call"] * 2 + ["moment"] * 9 + ["finding"]
    await_bar = shown.bars[1]
    assert (await_bar.lane, await_bar.row) == ("gateway", 2)
    assert await_bar.start == pytest.approx(1000 * 4.1 / 53.1, abs=0.1)
    assert await_bar.width == pytest.approx(1000 * 48.5 / 53.1, abs=0.1)
    assert shown.length == "53 s"
    assert "upstream" in {bar.lane for bar in shown.bars}
    assert all(0 <= bar.start <= 996 for bar in shown.bars)


@pytest.mark.parametrize("start", [None, float("nan"), float("inf"), -100.0, 1e300])
def test_without_usable_times_there_are_no_clocks_no_waits_and_no_chart(start: float | None) -> None:
    shown = timeline(refund_trace(start), [(4, "")], {4})
    assert shown.bars == ()
    assert shown.length == ""
    assert {card.clock for card in cards(shown)} == {""}
    assert not [row for row in shown.rows if isinstance(row, Wait)]


def test_a_session_of_a_moment_has_no_chart_and_times_that_run_backwards_make_no_wait() -> None:
    assert drawn(HumanMessage(text="x", time=5.0), TurnEnd(time=5.1)).bars == ()
    shown = drawn(HumanMessage(text="x", time=50.0), TurnEnd(time=5.0))
    assert [type(row) for row in shown.rows] == [Card, Card]


def test_only_the_neighbourhood_of_findings_is_shown_of_a_long_session() -> None:
    events = tuple(HumanMessage(text=str(number), time=float(number)) for number in range(100_000))
    shown = timeline(Trace(events=events), [(50, ""), (70_000, ""), (10**9, "")], {50})
    rows = [row.count for row in shown.rows if isinstance(row, Omitted)]
    assert rows == [44, 69_937, 29_993]
    assert len(cards(shown)) == 26


def test_many_findings_in_one_session_do_not_make_it_endless() -> None:
    events = tuple(HumanMessage(text=str(number)) for number in range(1000))
    assert len(cards(timeline(Trace(events=events), [(n, "") for n in range(0, 1000, 20)], ()))) <= 60


def test_without_a_mark_the_end_of_a_long_session_is_shown() -> None:
    events = tuple(HumanMessage(text=str(number)) for number in range(100))
    shown = timeline(Trace(events=events), [], ())
    assert [card.number for card in cards(shown)] == list(range(88, 100))
    assert timeline(Trace(events=()), [], ()).rows == ()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (47.9, "48 s"), (59.6, "1 min 0 s"), (312, "5 min 12 s"), (7380, "2 h 3 min")],
)
def test_a_duration_is_said_as_people_say_it(seconds: float, said: str) -> None:
    assert duration(seconds) == said
