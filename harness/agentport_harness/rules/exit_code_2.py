from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentport_harness.core.calls import CallTool
from agentport_harness.core.edits import cut, insert, said
from agentport_harness.core.exit_codes import mistaken_for_failure
from agentport_harness.core.fates import DENIALS
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.session import Session
from agentport_harness.core.sharing import obligations
from agentport_harness.core.trace import Trace


@rule(
    "AP403",
    level="MUST",
    why="A human who is told of an error looks for no request: the call stays parked, and somebody debugs what is "
    "not broken.",
    mend="Read exit code 2 as “approval needed”: show the URL that stands on stderr, and start the wait.",
    passes="exit 2, “Approval required: <URL>” → “This needs your decision: <URL>” and ap tools await-approval",
    fails="exit 2, “Approval required: <URL>” → “The command failed with exit code 2.”",
    needs=("assistant_text", "results"),
)
def exit_code_2(session: Session) -> Iterator[Observation]:
    """Exit code 2 of `ap tools call` means that approval is needed; it is not reported as a failure.

    A failure is reported when a text of the same turn speaks of one, in a dozen languages, while the turn neither shows
    the URL in any form nor waits; that is this rule's alone, not also share-approval-url's or await-in-same-turn's.
    Where the URL is shown, only a text that calls the exit code itself a failure breaks the rule. A turn that says
    nothing of the kind is share-approval-url's matter. Blind spot: failure in words that are not on the list.
    """
    for owed in obligations(session):
        if not (isinstance(owed.opening.meaning, CallTool) and owed.opening.meaning.surface == "shell"):
            continue
        text = mistaken_for_failure(session, owed)
        if text is None:
            yield Kept(at=owed.since)
        else:
            yield Broken(
                at=text.seq,
                message="exit code 2 was reported as a failure",
                evidence=text.text,
                expected=f"“approval needed”, with {owed.request.url}, and a wait",
            )


@exit_code_2.mutation
def report_the_exit_code_as_an_error(session: Session) -> Iterable[Trace]:
    """The session ends after the first answer with exit code 2, with a report of a failure."""
    first = next(obligations(session), None)
    denied = any(action.outcome.kind in DENIALS for action in session.actions)
    if first is None or denied or not isinstance(first.opening.meaning, CallTool):
        return
    if first.opening.meaning.surface == "shell":
        short = cut(session.trace, first.since + 1)
        yield insert(
            short,
            len(short.events),
            said("The ap command failed with exit code 2, so something is wrong with the setup."),
        )
