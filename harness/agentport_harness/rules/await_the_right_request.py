from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from agentport_harness.core.call_edits import with_value
from agentport_harness.core.calls import Await
from agentport_harness.core.edits import repeat
from agentport_harness.core.outcomes import ENDED
from agentport_harness.core.rule import Broken, Kept, Observation, Unclear, rule
from agentport_harness.core.session import Action, Session, waited_on
from agentport_harness.core.stopping import stopped
from agentport_harness.core.trace import HumanMessage, ToolCall, ToolResult, Trace

_FEW = 8
_TOKEN = re.compile(r"[0-9A-Za-z_-]{4,}")


@rule(
    "AP105",
    level="MUST",
    why="A wait on a made-up id never ends well, and the real request stays unanswered.",
    mend="Pass the request id that the gateway returned, unchanged; never the URL, and never again once it is settled.",
    passes="result names id 3f2a… → agentport__await_approval(request_id=“3f2a…”)",
    fails="agentport__await_approval(request_id=“latest”), or the whole URL as the id",
    needs=("arguments", "results"),
)
def await_the_right_request(session: Session) -> Iterator[Observation]:
    """Awaits name a request id that the gateway returned in this session, or that the human gave, and whose final
    outcome the agent has not yet been told.

    The id must have stood in a result or in a human message before the wait began. A URL in place of an id is a
    fault where the surface takes an id; `ap tools await-approval --approval-url` takes a URL. Final outcomes are the
    upstream's result, a denial, and the like; awaiting again after expiry is restart-on-expiry's matter alone, and
    awaiting after a time-out, a broken connection or `approved` is no fault. In a recording that starts in the
    middle of a conversation an unknown id is not testable.
    """
    known_at = _first_named(session)
    ended: dict[str, Action] = {}
    for action in sorted(session.actions, key=lambda action: action.told):
        request_id = waited_on(action) or action.outcome.request_id
        if request_id and action.outcome.kind in ENDED and request_id not in ended:
            ended[request_id] = action
    for action, wait in session.awaits():
        request_id = waited_on(action)
        settled = ended.get(request_id)
        if not wait.by_url and "/" in wait.request_id:
            yield _broken(action, f"a URL was passed in place of the request id: {wait.request_id}")
        elif known_at.get(request_id, len(session.trace.events)) >= action.seq:
            if "history" in session.trace.lacks:
                yield Unclear(at=action.seq, reason="the recording starts in the middle of a longer conversation")
            else:
                yield _broken(action, "nobody had named this request id before the wait")
        elif settled is not None and settled.told < action.seq and settled.outcome.kind != "expired":
            yield _broken(action, "the final outcome of this request was already known")
        else:
            yield Kept(at=action.seq)


def _broken(action: Action, message: str) -> Broken:
    return Broken(
        at=action.seq,
        message=message,
        evidence=waited_on(action),
        expected="the id of a request that is still open, as the gateway returned it",
    )


def _may_name(text: str, waited: Collection[str]) -> bool:
    """Whether it is worth to look at every word; where many ids are asked for it always is."""
    return len(waited) > _FEW or any(request_id in text for request_id in waited)


def _first_named(session: Session) -> dict[str, int]:
    """The first event at which the gateway or the human wrote each id that is waited for."""
    first: dict[str, int] = {}
    for action in session.actions:
        if action.outcome.request_id and action.result_seq is not None and not waited_on(action):
            first.setdefault(action.outcome.request_id, action.result_seq)
    waited = {waited_on(action) for action, _ in session.awaits()}
    for seq, event in enumerate(session.trace.events) if waited else ():
        if isinstance(event, (HumanMessage, ToolResult)) and _may_name(event.text, waited):
            for token in waited.intersection(_TOKEN.findall(event.text)):
                first[token] = min(seq, first.get(token, seq))
    return first


@await_the_right_request.mutation
def make_an_id_up(session: Session) -> Iterable[Trace]:
    """A wait on an id that nobody named, in front of each first wait."""
    yield from _beside(session, lambda _: "00000000-aaaa-4bbb-8ccc-0123456789ab")


@await_the_right_request.mutation
def mistype_the_id(session: Session) -> Iterable[Trace]:
    """A wait on the id with one wrong digit, in front of each first wait."""
    yield from _beside(session, lambda request: f"{request[:-1]}{'7' if request[-1] != '7' else '8'}")


@await_the_right_request.mutation
def pass_the_url(session: Session) -> Iterable[Trace]:
    """A wait that names the URL where the id belongs, in front of each first wait over MCP."""
    urls = {request.request_id: request.url for request in session.requests.values()}
    yield from _beside(session, lambda request: urls.get(request, ""), surfaces=("meta",))


@await_the_right_request.mutation
def wait_once_more_after_the_end(session: Session) -> Iterable[Trace]:
    """A wait on a request whose outcome the agent has been told, with the same answer again.

    Not on one that the human stopped: stop-when-told forbids that wait as well.
    """
    for action, wait in session.awaits():
        if action.outcome.kind not in ENDED - {"expired"} or action.result_seq is None or wait.by_url:
            continue
        if stopped(session, waited_on(action), action.result_seq + 1) is None:
            yield repeat(session.trace, action, before=action.result_seq + 1)


def _beside(
    session: Session, wrong: Callable[[str], str], surfaces: Sequence[str] = ("meta", "shell", "rest")
) -> Iterator[Trace]:
    for request_id, waits in session.waits_by_id.items():
        first = waits[0]
        if len(session.actions_between(first.seq, first.seq + 1)) > 1 or not isinstance(first.meaning, Await):
            continue
        if first.meaning.by_url or first.meaning.surface not in surfaces:
            continue
        altered = with_value(session.trace, first.seq, first.meaning.request_id, wrong(request_id))
        call = altered.events[first.seq]
        if isinstance(call, ToolCall) and wrong(request_id) and altered != session.trace:
            answer = ToolResult(
                call_id=call.call_id,
                text="The request was not found.",
                structured={"outcome": "not_found"} if first.meaning.surface == "meta" else None,
                is_error=True,
                exit_code=1 if first.meaning.surface == "shell" else None,
                status=404 if first.meaning.surface == "rest" else None,
            )
            yield repeat(session.trace, first, before=first.seq, call=call, answer=answer)
