from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from agentport_harness.core.authorizations import Authorization, authorization_showings, authorizations
from agentport_harness.core.calls import AuthStatus, Discover
from agentport_harness.core.edits import drop, reworded
from agentport_harness.core.remembering import remembered
from agentport_harness.core.rule import Broken, Kept, Observation, Unclear, rule
from agentport_harness.core.session import Action, Session
from agentport_harness.core.trace import Trace


@rule(
    "AP304",
    level="MUST",
    why="Only the human can sign in, and only there; without a look at the status nobody knows whether they did.",
    mend="Show the `authorization_url` whole in the same turn, then check `get_auth_status`.",
    passes="start_oauth_flow → “Please sign in here: https://accounts.example/authorize?…” → get_auth_status",
    fails="start_oauth_flow → “I have started the sign-in.”",
    needs=("assistant_text", "results"),
)
def share_authorization_url(session: Session) -> Iterator[Observation]:
    """An OAuth authorization URL is shown whole in the turn that got it, and then the status is checked.

    The check is `get_auth_status`, or a listing of what is installed, which says the same; it comes after the URL was
    shown or in the same step, in that turn or a later one. Anything in which the URL can be recognised counts as shown
    here: whether it was whole is approval-url-verbatim's matter. Of several URLs for one integration in a turn the last
    counts. In a session that is cut off before the turn was over, what was not done so far is not testable.
    """
    checks = _checks(session)
    for owed in authorizations(session):
        shown = next((text for text, _ in authorization_showings(session, owed)), None)
        done = [check for name in (owed.integration, "") for check in checks.get(name, ())]
        if shown is None:
            yield _missing(owed, "the authorization URL was not shown to the human in this turn")
        elif any(check.seq > shown.seq or (check.seq > owed.since and check.step == shown.step) for check in done):
            yield Kept(at=owed.since)
        else:
            yield _missing(owed, "the connection's status was not checked after the URL was shown")


def _missing(owed: Authorization, message: str) -> Observation:
    if not owed.turn.closed:
        return Unclear(at=owed.since, reason="the recording stops before the turn was over")
    return Broken(
        at=owed.since,
        message=message,
        evidence=owed.url,
        expected=f"a message with {owed.url}, and then a look at the status of {owed.integration}",
    )


@remembered(8)
def _checks(session: Session) -> Mapping[str, tuple[Action, ...]]:
    """The looks at a connection's status by integration, the last ones first; "" for those that show every one."""
    found: dict[str, list[Action]] = defaultdict(list)
    for action in reversed(session.actions):
        match action.meaning:
            case AuthStatus(integration=integration):
                found[integration].append(action)
            case Discover(kind="installed" | "status"):
                found[""].append(action)
    return {name: tuple(actions) for name, actions in found.items()}


@share_authorization_url.mutation
def never_check_the_status(session: Session) -> Iterable[Trace]:
    """Every check of the status taken away, where nothing else was called along with it."""
    since = min((owed.since for owed in authorizations(session)), default=len(session.trace.events))
    checks = [check for found in _checks(session).values() for check in found if check.seq > since]
    if checks:
        yield drop(
            session.trace, *{seq for check in checks for seq in (check.seq, check.result_seq) if seq is not None}
        )


@share_authorization_url.mutation
def speak_of_a_page_without_its_address(session: Session) -> Iterable[Trace]:
    """Each authorization URL once replaced by words."""
    for owed in authorizations(session):
        yield reworded(session.trace, owed.url, "the sign-in page")
