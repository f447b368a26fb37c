from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from agentport_harness.core.call_edits import with_info
from agentport_harness.core.calls import CallTool
from agentport_harness.core.json_values import JSON, identity, parsed, strings_in
from agentport_harness.core.reviewer import infos
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.session import Session
from agentport_harness.core.text import name_words, stem
from agentport_harness.core.trace import Trace

LEAST = 3
"""Words that the shortest sentence has; in scripts without spaces two characters count as a word."""

_WORD = re.compile(r"[^\W_]+(?:[.@'\u2019-][^\W_]+)*")
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_NO_SPACES = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PLACEHOLDER = re.compile(
    r"\blorem ipsum\b|\bplace ?holder\b|\b(?:reason|text|info|explanation|description|why)\b.{0,20}\b(?:goes|"
    r"comes) here\b|"
    r"^\W*(?:insert|enter|add|write|put|fill in|your) .{0,30}\b(?:reason|info|information|explanation|text|why|"
    r"here)\b\W*$|"
    r"^\s*[<\[{(]+[^<>\[\]{}()]{0,80}[>\]})]+\s*$|^\W*(?:to ?do|tbd|fix ?me|n/a)\b.{0,40}$|"
    r"\b(?:hier|ici|aquí|qui|aqui)\b.{0,20}\b(?:begründung|grund|raison|motif|razón|motivo)\b|"
    r"\b(?:begründung|grund|raison|motif|razón|motivo)\b.{0,12}\b(?:hier|ici|aquí|qui|aqui)\b",
    re.IGNORECASE,
)
_EMPTY_WORDS = """
a an the this that these those it its is are was were be been being am do does did done doing to of in on at for from
with via by as per and or if so not i we you he she they my our your me us him her them will would shall should can
could may might must have has had just now here there then please ok yes no call calling run running execute executing
invoke invoking use using used tool tools function functions action api mcp agentport gateway integration argument
arguments args parameter parameters param input inputs value values request requests requested user users human asked
ask asks wants want wanted told said task tasks step steps job operation operations process needed need needs necessary
require requires required requirement complete completing completed continue proceed perform performing make making
thing things something stuff data info information additional additional_info reason because test testing tests none
null nil undefined string text foo bar baz asdf qwerty blah example sample dummy default
"""
_SAYS_NOTHING = frozenset(stem(word) for word in _EMPTY_WORDS.split())


@rule(
    "AP203",
    level="SHOULD",
    why="A reviewer who reads “calling create_refund” knows no more than the call itself says, and has to guess or "
    "ask.",
    mend="Write one sentence with what the call does not show: who wants it, what happened, what it is for.",
    passes="additional_info: “Dana was charged twice for order 1182 and asked for the second payment back.”",
    fails="additional_info: “create_refund”, “user request”, “n/a”, or the arguments as JSON",
    taught_in=("agentport-mcp#additional_info", "agentport-cli#the-reason-for-the-reviewer"),
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
        if fault := _fault(info, call):
            yield Broken(
                at=action.seq, message=fault, evidence=info, expected="a sentence that says what the call is for"
            )
        else:
            yield Kept(at=action.seq)


def _fault(info: str, call: CallTool) -> str:
    text = unicodedata.normalize("NFKC", info).strip()
    if _PLACEHOLDER.search(text):
        return "additional_info is a placeholder"
    if text[:1] in "{[" and parsed(text) is not None:
        return "additional_info repeats the arguments"
    if any(text.casefold() == value.strip().casefold() for value in strings_in(call.arguments)):
        return "additional_info repeats an argument"
    words = [stem(word.casefold()) for word in _WORD.findall(_LINK.sub(" ", text))]
    if _size(words) < LEAST:
        return "additional_info is no sentence"
    names = name_words(call.tool) | name_words(call.integration)
    given = names | _short_words(call.arguments)
    if not [word for word in words if not (word in _SAYS_NOTHING or _covered(word, given))]:
        named = any(_covered(word, names) for word in words)
        repeats = any(_covered(word, given - names) for word in words)
        if repeats:
            return "additional_info repeats the arguments"
        return "additional_info names the tool and no purpose" if named else "additional_info says nothing of a purpose"
    return ""


def _size(words: list[str]) -> float:
    return sum(len(word) / 2 if _NO_SPACES.search(word) else 1 for word in set(words))


def _covered(word: str, given: frozenset[str]) -> bool:
    return word in given or (word.replace(",", "").isdigit() and word.lstrip("0") in given)


def _short_words(arguments: JSON) -> frozenset[str]:
    """The words of the arguments' names and short values; long values are prose that a reason may well share."""
    found: set[str] = set()
    waiting: list[JSON] = [arguments]
    while waiting and len(found) < 5_000:
        value = waiting.pop()
        if isinstance(value, dict):
            for name, item in value.items():
                found |= name_words(name)
                waiting.append(item)
        elif isinstance(value, list | tuple):
            waiting += value
        elif isinstance(value, str):
            if len(value) <= 60:
                found |= {stem(word.casefold()) for word in _WORD.findall(value)} | name_words(value)
        elif value is not None and not isinstance(value, bool):
            found.add(identity(value)[:40])
    return frozenset(found)


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
