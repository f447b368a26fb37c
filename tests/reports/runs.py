"""Runs that the tests of reports share: small, clean, hostile, declared and large ones."""

from __future__ import annotations

from collections.abc import Iterable

from agentport_harness.core.report import Met, Problem, RuleText, Run, SessionReport
from agentport_harness.core.trace import (
    AgentMessage,
    Decision,
    Event,
    HumanMessage,
    Place,
    ToolCall,
    ToolResult,
    Trace,
    TurnEnd,
    UpstreamCall,
    UrlPrompt,
)
from agentport_harness.core.verdict import Finding, Level, Status, Verdict
from agentport_harness.core.writer import Look
from agentport_harness.runner.catalogue import report_writers

URL = "http://127.0.0.1:4747/approve/3f0c9d6e"
HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=alert(1)>]]>\x00\x1b[31m\u202eevil\u2066\u200b"
    "{0} [link](http://evil.example/) @someone #1 ``` `x` | ~~~ %0A%0D\r\n::error::forged\n##[error]forged "
    "\"quoted\" 'quoted' &lt; &#60; </style></title> {{ 7*7 }} {% raw %} \ud800 \ufffe http://evil.example/ \u2028"
)
"""Everything that some format would take for its own syntax."""


def written(name: str, run: Run, *, look: Look | None = None) -> str:
    """The run in the format of that name."""
    return report_writers()[name].write(run, look or Look())


def verdict(
    rule: str, slug: str, status: Status, *findings: Finding, level: Level = "MUST", reason: str = ""
) -> Verdict:
    """A verdict."""
    return Verdict(rule=rule, slug=slug, level=level, status=status, reason=reason, findings=findings)


def finding(message: str = "the approval URL was altered", event: int = 4, **given: object) -> Finding:
    """A finding about the session of `refund_trace`."""
    known: dict[str, object] = {
        "turn": 1,
        "evidence": "http://127.0.0.1:4747/approve/{id}",
        "expected": URL,
        "place": Place(path="runs/refund.jsonl", line=event + 2),
        "fingerprint": "0123456789abcdef",
    }
    return Finding(message=message, event=event, **(known | given))  # type: ignore[arg-type]


def refund_trace(start: float | None = 1_780_000_000.0) -> Trace:
    """A live session: a refund is parked, its URL shown altered, waited for, approved after 48 s, and carried out."""

    def at(seconds: float) -> float | None:
        return None if start is None else start + seconds

    events: tuple[Event, ...] = (
        HumanMessage(text="Please refund order 1042, it came broken.", time=at(0)),
        ToolCall(
            call_id="c1",
            tool="agentport__call_tool",
            arguments={"integration_id": "shop", "tool_name": "refund", "arguments": {"order": 1042, "amount": 4900}},
            step=1,
            time=at(2.5),
        ),
        ToolResult(call_id="c1", text=f"Approval required. Show the human: {URL}", is_error=False, time=at(2.9)),
        UrlPrompt(url=URL, message="The gateway asks for your decision", time=at(3)),
        AgentMessage(text="Please approve: http://127.0.0.1:4747/approve/{id}", step=2, time=at(4)),
        ToolCall(
            call_id="c2", tool="agentport__await_approval", arguments={"request_id": "3f0c"}, step=2, time=at(4.1)
        ),
        Decision(request_id="3f0c9d6e", decision="approve_once", time=at(52)),
        UpstreamCall(integration="shop", tool="refund", arguments={"order": 1042, "amount": 4900}, time=at(52.2)),
        ToolResult(call_id="c2", text='{"refunded": 4900}', is_error=False, time=at(52.6)),
        AgentMessage(text="Done: 49.00 EUR are on their way back to you.", step=3, time=at(53)),
        TurnEnd(time=at(53.1)),
    )
    return Trace(events=events, source="runs/refund.jsonl", input_format="codex", session_id="s-1")


def session(*verdicts: Verdict, source: str = "runs/refund.jsonl", trace: Trace | None = None) -> SessionReport:
    """The report of one recorded session."""
    return SessionReport(source=source, input_format="codex", session_id="s-1", verdicts=verdicts, trace=trace)


TEXTS = {
    "AP102": RuleText(
        text="The URL is shown whole and unaltered.",
        why="A URL that is cut leads the human nowhere.",
        mend="Copy it from the result.",
        taught=("skill#share", "skill#outcomes", "skill#more"),
    ),
    "AP203": RuleText(text="The reason says why.", why="The reviewer reads it.", mend="Write a sentence."),
}
"""What the catalogue of these runs says of two of its rules."""


def recordings(*sessions: SessionReport, stale: Iterable[str] = ()) -> Run:
    """A run over recordings."""
    return Run(kind="recording", name="runs", sessions=sessions, stale=tuple(stale), texts=TEXTS)


def small() -> Run:
    """One session with a fault, a warning that the baseline names and one of every other status, and two others."""
    return recordings(
        session(
            verdict("AP101", "share-approval-url", "pass"),
            verdict("AP102", "approval-url-verbatim", "fail", finding()),
            verdict("AP104", "await-in-same-turn", "not_testable", reason="the recording holds no human messages"),
            verdict("AP106", "keep-waiting", "not_applicable"),
            verdict(
                "AP203", "info-says-why", "warn",
                finding("the reason repeats the arguments", 1, evidence="refund 1042", expected="why it is asked for",
                        baselined=True, fingerprint="fedcba9876543210"),
                finding("the reason is in no words", 5, evidence="-", expected="why it is asked for"),
                level="SHOULD",
            ),
            verdict("AP301", "tell-the-outcome", "skipped", level="SHOULD", reason="deselected"),
            trace=refund_trace(),
        ),
        session(verdict("AP101", "share-approval-url", "pass"), source="runs/clean.jsonl"),
        SessionReport(
            source="runs/broken.jsonl",
            input_format="",
            problem=Problem(message="not a session", at="runs/broken.jsonl:3", hint="check that it was copied whole"),
        ),
    )  # fmt: skip


def clean() -> Run:
    """Nothing found."""
    return recordings(session(verdict("AP101", "share-approval-url", "pass")))


def declared() -> Run:
    """Transcripts: one conforms, one is faulty as declared, one is not as declared, one skipped, one unreachable."""
    fault = verdict("AP102", "approval-url-verbatim", "fail", finding(place=Place(path="suite/a.transcript.yaml")))

    def transcript(name: str, **given: object) -> SessionReport:
        return SessionReport(
            source=f"suite/sharing/{name}.transcript.yaml",
            input_format="agentport-transcript/1",
            session_id=f"sharing/{name}",
            title=f"The agent is {name}",
            **given,  # type: ignore[arg-type]
        )

    return Run(
        kind="transcript",
        name="the shipped suite",
        sessions=(
            transcript("conforming", expectation=Met(rules=()), seconds=0.25),
            transcript("faulty", expectation=Met(rules=("AP102",)), verdicts=(fault,), trace=refund_trace()),
            transcript(
                "surprising",
                expectation=Met(rules=(), differences=("Expected AP102 to be kept, and it was broken",)),
                verdicts=(fault,),
                trace=refund_trace(),
            ),
            transcript("shelled", skipped="no `ap` command on PATH: its shell steps cannot run"),
            transcript("lost", problem=Problem(message="the gateway does not answer", exit_code=3)),
        ),
    )


def hostile() -> Run:
    """A session whose every text is `HOSTILE`, a problem and a stale entry of the same."""
    trace = Trace(
        events=(
            HumanMessage(text=HOSTILE, time=1.0),
            AgentMessage(text=HOSTILE, step=1, actor=HOSTILE, time=2.0),
            ToolCall(call_id=HOSTILE, tool=HOSTILE, server=HOSTILE, arguments={HOSTILE: HOSTILE}, step=1, time=3.0),
            ToolCall(call_id=HOSTILE, tool=HOSTILE, arguments=HOSTILE, step=1, time=float("nan")),
            ToolResult(call_id=HOSTILE, text=HOSTILE, structured={"a": HOSTILE}, is_error=True, time=4.0),
            UrlPrompt(url=f"javascript:alert(1)//{HOSTILE}", message=HOSTILE, time=-1.0),
            Decision(request_id=HOSTILE, decision="deny", time=float("inf")),
            UpstreamCall(integration=HOSTILE, tool=HOSTILE, arguments={"a": HOSTILE}, time=1e300),
            TurnEnd(),
        ),
        source=HOSTILE,
        session_id=HOSTILE,
    )
    bad = [
        finding(HOSTILE, event, evidence=HOSTILE, expected=HOSTILE, fingerprint=HOSTILE,
                place=Place(path=HOSTILE, line=7, pointer=HOSTILE), baselined=event == 4)
        for event in (*range(9), 99)
    ]  # fmt: skip
    return Run(
        kind="recording",
        name=HOSTILE,
        sessions=(
            SessionReport(
                source=HOSTILE,
                input_format=HOSTILE,
                session_id=HOSTILE,
                title=HOSTILE,
                warnings=(HOSTILE,),
                trace=trace,
                verdicts=(
                    verdict("AP101", "share-approval-url", "fail", *bad),
                    verdict("AP102", "approval-url-verbatim", "not_testable", reason=HOSTILE),
                    verdict(HOSTILE, HOSTILE, "warn", *bad[:2], level="SHOULD"),
                    verdict("AP104", "await-in-same-turn", "error", reason=HOSTILE),
                ),
            ),
            SessionReport(source=HOSTILE, input_format="", problem=Problem(message=HOSTILE, at=HOSTILE, hint=HOSTILE)),
            SessionReport(source=HOSTILE, input_format="", skipped=HOSTILE),
        ),
        stale=(HOSTILE,),
        facts={"gateway": HOSTILE},
    )


def many(number: int, *, faulty_every: int = 1) -> Run:
    """A long run: every ``faulty_every``-th session breaks a MUST and a SHOULD."""
    good = (verdict("AP101", "share-approval-url", "pass"),)
    bad = (
        verdict("AP102", "approval-url-verbatim", "fail", finding()),
        verdict("AP203", "info-says-why", "warn", finding("the reason is in no words", 1), level="SHOULD"),
    )
    trace = refund_trace()
    return recordings(
        *(
            session(*bad, source=f"runs/{index}.jsonl", trace=trace) if index % faulty_every == 0
            else session(*good, source=f"runs/{index}.jsonl")
            for index in range(number)
        )
    )  # fmt: skip
