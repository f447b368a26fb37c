"""What became of each call, as the agent was told it, and when."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agentport_harness.core.calls import CallTool
from agentport_harness.core.claims import tells_denial
from agentport_harness.core.json_values import identity, strings_in
from agentport_harness.core.outcomes import OutcomeKind
from agentport_harness.core.remembering import remembered
from agentport_harness.core.session import Action, Session, waited_on
from agentport_harness.core.text import content_words, name_words
from agentport_harness.core.trace import HumanMessage

DENIALS: frozenset[OutcomeKind] = frozenset({"denied_by_policy", "denied_by_human"})
_SILENT: frozenset[OutcomeKind] = frozenset({"unanswered", "client_timeout", "transport"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The agent was told ``kind`` of a call at event ``seq``, by the answer to ``action``."""

    seq: int
    kind: OutcomeKind
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Everything about one exact call: each time it was made, and what was told of it, in order.

    A call made again with the same integration, tool and arguments is the same matter; so is a wait on its request.
    """

    call: CallTool
    made: tuple[Action, ...]
    tellings: tuple[Telling, ...]
    known: tuple[OutcomeKind, ...]
    """What the agent knew after each telling."""
    latest: tuple[OutcomeKind, ...]
    """The state of the latest attempt after each telling."""

    def fate(self, seq: int) -> OutcomeKind:
        """What the agent knew of the call at event ``seq``: ``executed`` once it ran, else what it was told last."""
        before = bisect_left(self.tellings, seq, key=lambda telling: telling.seq)
        return self.known[before - 1] if before else "unanswered"

    def request_at(self, seq: int) -> str:
        """The id of the request that the latest attempt before event ``seq`` was answered with, empty when none was."""
        before = bisect_left(self.made, seq, key=lambda action: action.seq)
        return next((made.outcome.request_id for made in reversed(self.made[:before]) if made.outcome.request_id), "")

    def latest_fate(self, seq: int) -> OutcomeKind:
        """What the agent knew at event ``seq`` of the latest attempt, whatever became of earlier ones."""
        before = bisect_left(self.tellings, seq, key=lambda telling: telling.seq)
        return self.latest[before - 1] if before else "unanswered"


def key_of(call: CallTool) -> str:
    """A text that is equal for two calls exactly when the gateway takes them for the same."""
    return f"{call.integration}\0{call.tool}\0{identity(call.arguments)}"


@remembered(8)
def keys(session: Session) -> Mapping[tuple[int, int], str]:
    """The key of every call of the session, by event number and part."""
    return {(action.seq, action.part): key_of(call) for action, call in session.calls()}


@remembered(8)
def matters(session: Session) -> Mapping[str, Matter]:
    """Every exact call of the session by its key, in order of first appearance."""
    made: dict[str, list[Action]] = defaultdict(list)
    first: dict[str, CallTool] = {}
    key_of_request: dict[str, str] = {}
    for action, call in session.calls():
        key = keys(session)[action.seq, action.part]
        made[key].append(action)
        first.setdefault(key, call)
        if action.outcome.request_id:
            key_of_request.setdefault(action.outcome.request_id, key)
    tellings: dict[str, list[Telling]] = defaultdict(list)
    for key, actions in made.items():
        tellings[key] += [_telling(action) for action in actions if action.result_seq is not None]
    for action, _ in session.awaits():
        owner = key_of_request.get(waited_on(action))
        if owner is not None and action.result_seq is not None:
            tellings[owner].append(_telling(action))
    return {key: _matter(first[key], actions, tellings[key]) for key, actions in made.items()}


def _matter(call: CallTool, made: Sequence[Action], tellings: Sequence[Telling]) -> Matter:
    ordered = sorted(tellings, key=lambda telling: telling.seq)
    known: list[OutcomeKind] = []
    latest: list[OutcomeKind] = []
    last: OutcomeKind = "unanswered"
    for telling in ordered:
        if last != "executed" and (telling.kind not in _SILENT or last == "unanswered"):
            last = telling.kind
        known.append(last)
        latest.append(telling.kind if telling.kind not in _SILENT or not latest else latest[-1])
    return Matter(call=call, made=tuple(made), tellings=tuple(ordered), known=tuple(known), latest=tuple(latest))


def denials(session: Session) -> Sequence[tuple[Telling, Matter | None]]:
    """Every denial that the agent was told of, in order; the matter is None when its call is not in the recording."""
    known: list[tuple[Telling, Matter | None]] = [
        (telling, matter)
        for matter in matters(session).values()
        for telling in matter.tellings
        if telling.kind in DENIALS
    ]
    seen = {(telling.action.seq, telling.action.part) for telling, _ in known}
    known += [
        (_telling(action), None)
        for action, _ in session.awaits()
        if action.outcome.kind in DENIALS and action.result_seq is not None and (action.seq, action.part) not in seen
    ]
    return sorted(known, key=lambda pair: pair[0].seq)


@remembered(8)
def denials_told(session: Session) -> Sequence[int]:
    """The events at which the human was told of a denial, whichever it was."""
    return tuple(text.seq for text in session.shown if tells_denial(text.text))


def is_told(session: Session, denial: Telling) -> bool:
    """Whether a text told of a denial between this one and the end of its turn."""
    told = denials_told(session)
    following = bisect_right(told, denial.seq)
    return following < len(told) and told[following] < session.turn_at(denial.seq).stop


def _telling(action: Action) -> Telling:
    return Telling(seq=action.told, kind=action.outcome.kind, action=action)


def words_about(session: Session, action: Action) -> frozenset[str]:
    """The words by which a human would name this call: its names, its arguments, its info, and the wish behind it."""
    known = _words_known(session)
    if (found := known.get((action.seq, action.part))) is None:
        call = action.meaning
        own = words_of_call(call) if isinstance(call, CallTool) else frozenset()
        found = known[action.seq, action.part] = own | words_of_wish(session, action.turn)
    return found


@remembered(8)
def _words_known(session: Session) -> dict[tuple[int, int], frozenset[str]]:  # noqa: ARG001 the key of the cache
    return {}


def words_of_call(call: CallTool) -> frozenset[str]:
    """The words of a call's integration, tool, arguments and info."""
    texts = "\n".join([*strings_in(call.arguments), call.info or ""])
    return content_words(texts) | name_words(call.tool) | name_words(call.integration)


@remembered(1024)
def words_of_wish(session: Session, turn: int) -> frozenset[str]:
    """The words of the human's messages that opened a turn."""
    start = session.turn(turn).start
    opening: list[str] = []
    for event in session.trace.events[start : session.turn(turn).stop]:
        if not isinstance(event, HumanMessage):
            break
        opening.append(event.text)
    return content_words("\n".join(opening))
