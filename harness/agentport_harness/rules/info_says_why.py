from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentport_harness.core.call_edits import with_info
from agentport_harness.core.purpose import want_of_purpose
from agentport_harness.core.reviewer import infos
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.session import Session
from agentport_harness.core.trace import Trace


@rule(
    "AP203",
    level="SHOULD",
    why="A reviewer who reads “calling create_refund” knows no more than the call itself says, and has to guess or "
    "ask.",
    mend="Write one sentence with what the call does not show: who wants it, what happened, what it is for.",
    passes="additional_info: “Dana was charged twice for order 1182 and asked for the second payment back.”",
    fails="additional_info: “create_refund”, “user request”, “n/a”, or the arguments as JSON",
    needs=("arguments",),
)
def info_says_why(session: Session) -> Iterator[Observation]:
    """`additional_info` is a real sentence about purpose: not a placeholder, not the tool's name, not the arguments
    repeated.

    Looked at: how many different words there are, and how many of them stand neither in the tool's and integration's
    name, nor among the names and short values of the arguments, nor say nothing by themselves (“the user asked to call
    this tool”). Fewer than three words, or not one word that is new, break the rule; so do JSON, a bare link, a text
    that stands in the arguments as it is, and placeholders. Words of every language count; scripts without spaces are
    counted by characters. Blind spots: a sentence that is long and empty, the tool's name in translation, and words
    that say nothing in languages other than English.
    """
    for action, call, info in infos(session):
        if fault := want_of_purpose(info, call):
            yield Broken(
                at=action.seq, message=fault, evidence=info, expected="a sentence that says what the call is for"
            )
        else:
            yield Kept(at=action.seq)


@info_says_why.mutation
def say_a_placeholder(session: Session) -> Iterable[Trace]:
    """Each reason replaced by words that stand for one."""
    for action, _, _ in infos(session):
        yield with_info(session.trace, action, "<reason goes here>")


@info_says_why.mutation
def say_the_tools_name(session: Session) -> Iterable[Trace]:
    """Each reason replaced by the tool's name, where no opaque id is left without an explanation by that."""
    for action, call, _ in infos(session):
        yield with_info(session.trace, action, f"Calling {call.tool}")


@info_says_why.mutation
def say_that_somebody_asked(session: Session) -> Iterable[Trace]:
    """Each reason replaced by a sentence that fits every call."""
    for action, _, _ in infos(session):
        yield with_info(session.trace, action, "The user asked me to call this tool to complete the task.")
