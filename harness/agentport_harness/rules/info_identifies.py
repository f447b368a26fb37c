from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator

from agentport_harness.core.call_edits import with_info
from agentport_harness.core.calls import CallTool
from agentport_harness.core.json_values import JSON, strings_in
from agentport_harness.core.opaque import opaque_ids
from agentport_harness.core.purpose import want_of_purpose
from agentport_harness.core.reviewer import infos
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.session import Session
from agentport_harness.core.text import name_words, stem
from agentport_harness.core.trace import Trace

_LINK_OR_ADDRESS = re.compile(
    r"https?://\S+|\b[\w.+-]+@[\w-]+\.[\w.]+|(?<![\w@])@\w{2,}|(?<!\w)#\w{2,}|\b[\w-]{1,40}\.(?:com|org|net|io|dev|"
    r"app|de|fr|es|it|co|sh)\b"
)
_QUOTED = re.compile(
    r"[\"\u201c\u201e\u00ab\u300c\u300e\u300a]\s*\w[^\"\u201d\u201c\u00bb\u300d\u300f\u300b]{1,200}[\"\u201d\u201c\u00bb\u300d\u300f\u300b]|(?<!\w)'\w[^']{2,200}'(?!\w)|`[^`]{2,200}`"
)
_MONEY_OR_TIME = re.compile(
    r"[$\u20ac\u00a3\u00a5\u20b9]\s?\d[\d.,\u202f']*|\b\d[\d.,']*\s?(?:%|[$\u20ac\u00a3\u00a5]|usd|eur|gbp|chf|jpy|"
    r"dollars?|euros?|元|円|\u20bd|"
    r"руб\w*|times?|days?|hours?|minutes?|x)(?!\w)|\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[:.]\d\d\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\d{2,}|\b[A-Z]{2,10}-\d+")
_CASELESS = re.compile(r"[\u0590-\u08ff\u0900-\u0dff\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SENTENCE = re.compile(r"(?:^|[.!?:;]\s+|\n\s*)(?:[-*\u2022]\s*)?")
_COMMON_WORDS = """
a an the this that these those it its i we you he she they there customer client user human owner account buyer person
someone refund send create delete remove update cancel close open add get fetch read list look check move merge deploy
archive assign change set invite notify reply post write rename transfer pay charge issue please order invoice ticket
payment subscription file message record entry item row page request call tool needed asked requested to for on per as
after before because since so when while if in at of by from with and or no not duplicate double wrong old new second
first last our my your their his her all both each some one two three urgent usd eur gbp chf jpy id ids api url crm pr
ok task step data monthly weekly daily total today tomorrow yesterday der die das ein eine kunde kundin l le la les un
une el los las uno una il lo gli o os as um uma client cliente monday tuesday wednesday thursday friday saturday sunday
january february march april may june july august september october november december pdf csv json asap ai agent
agentport mcp cli
"""
_NO_NAME = frozenset(_COMMON_WORDS.split())


@rule(
    "AP204",
    level="SHOULD",
    why="A reviewer cannot tell one customer's id from another's: a wrong id is approved like a right one.",
    mend="Say whose record each id is (name, e-mail, order number, title), or give a link to it.",
    passes="arguments: {customer: “cus_9aK2…”} · additional_info: “Dana Field (dana@example.com) was charged twice.”",
    fails="arguments: {customer: “cus_9aK2…”} · additional_info: “The customer was charged twice.”",
    needs=("arguments",),
)
def info_identifies(session: Session) -> Iterator[Observation]:
    """Opaque identifiers in the arguments are made checkable in `additional_info`: whose it is, or a link.

    Looked at: prefixed ids (`cus_…`), UUIDs, hashes, long mixed tokens, and numbers under a name that says id. The
    text makes them checkable when it holds, beside the ids themselves, anything that a person can look up: a link, an
    e-mail address, a handle or channel, a quoted title, a name, a reference number that is no amount and no argument,
    or another readable value of the arguments. Cursors, idempotency keys and the like are no records. A text that says
    nothing of a purpose is info-says-why's matter alone. Blind spots: that
    the name is the right one; which of several ids it belongs to; names in scripts without
    capitals, where a text of some length is taken to name somebody.
    """
    for action, call, info in infos(session):
        ids = list(opaque_ids(call.arguments))
        if not ids or want_of_purpose(info, call):
            continue
        if _is_checkable(info, {value for _, value in ids}, call):
            yield Kept(at=action.seq)
        else:
            name, value = ids[0]
            yield Broken(
                at=action.seq,
                message=f"the reviewer cannot tell whose {name or 'id'} this is",
                evidence=f"{name}: {value} - {info}",
                expected="a name, an address, a reference number or a link that says whose it is",
            )


def _is_checkable(info: str, ids: set[str], call: CallTool) -> bool:
    text = unicodedata.normalize("NFKC", info)
    for value in sorted(ids, key=len, reverse=True):
        text = text.replace(value, " ")
    if _LINK_OR_ADDRESS.search(text) or _QUOTED.search(text):
        return True
    given = _numbers(call.arguments)
    if any(number not in given for number in _NUMBERED.findall(_MONEY_OR_TIME.sub(" ", text))):
        return True
    lowered = text.casefold()
    readable = (
        value.casefold() for value in strings_in(call.arguments) if value not in ids and (" " in value or "@" in value)
    )
    return any(3 < len(value) < 200 and value in lowered for value in readable) or _names_somebody(text, call)


def _names_somebody(text: str, call: CallTool) -> bool:
    """A capitalised word that is no common opening of a sentence; a script without capitals is given the benefit."""
    if len(_CASELESS.findall(text)) >= 6:
        return True
    service = name_words(call.integration) | name_words(call.tool)
    openings = {match.end() for match in _SENTENCE.finditer(text)}
    for match in re.finditer(r"[^\W\d_][^\W_'\u2019]*", text):
        word = match.group()
        if not word[0].isupper() or word.casefold() in _NO_NAME or stem(word.casefold()) in service:
            continue
        if match.start() not in openings or re.match(
            r"['\u2019]s\b|\s+(?:was|is|has|had|asked|wants|paid|reported|needs|wrote|got)\b",
            text[match.end() :],
        ):
            return True
    return False


def _numbers(arguments: JSON) -> set[str]:
    """Every run of digits among the arguments: repeating one identifies nothing."""
    try:
        return set(re.findall(r"\d+", json.dumps(arguments, ensure_ascii=True)[:200_000]))
    except (RecursionError, ValueError):
        return set()


@info_identifies.mutation
def say_nothing_of_whose_it_is(session: Session) -> Iterable[Trace]:
    """Each reason for a call with an opaque id, without any name, address, number or link."""
    for action, call, _ in infos(session):
        if next(opaque_ids(call.arguments), None):
            yield with_info(session.trace, action, "The customer complained about a mistake and this puts it right.")


@info_identifies.mutation
def name_the_bare_id_only(session: Session) -> Iterable[Trace]:
    """Each reason for a call with an opaque id, with that id as the only word about whose it is."""
    for action, call, _ in infos(session):
        for _, value in opaque_ids(call.arguments):
            yield with_info(session.trace, action, f"This puts a mistake right that was made with {value} last week.")
