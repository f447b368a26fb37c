"""Whether a text says what a call is for, or only what the call says itself."""

from __future__ import annotations

import re
import unicodedata

from agentport_harness.core.calls import CallTool
from agentport_harness.core.json_values import JSON, as_object, identity, parsed, strings_in
from agentport_harness.core.text import name_words, stem

LEAST = 3
"""Words that the shortest sentence has; in scripts without spaces two characters count as a word."""

_WHOLE_SENTENCE = 6
_SOMEBODYS_WISH = re.compile(
    r"\b(?:user|human|customer|client|manager|team)\b.{0,40}\b(?:ask|want|request|need|told|wish)\w* (?!(?:me |us )?to "
    r"(?:call|run|use|execute|invoke|perform|do)\b)\w+",
    re.IGNORECASE,
)
"""Whose wish the arguments are; with that they are told as a sentence, not repeated."""
_LONGEST_NUMBER = 10**30
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
instruction instructions order orders command commands wish
"""
_SAYS_NOTHING = frozenset(stem(word) for word in _EMPTY_WORDS.split())


def want_of_purpose(info: str, call: CallTool) -> str:
    """What keeps the text from saying what the call is for, empty when it does."""
    text = unicodedata.normalize("NFKC", info).strip()
    arguments = {name: value for name, value in as_object(call.arguments).items() if name != "additional_info"}
    if _PLACEHOLDER.search(text):
        return "additional_info is a placeholder"
    if text[:1] in "{[" and parsed(text) is not None:
        return "additional_info repeats the arguments"
    if any(text.casefold() == value.strip().casefold() for value in strings_in(arguments)):
        return "additional_info repeats an argument"
    words = [stem(word.casefold()) for word in _WORD.findall(_LINK.sub(" ", text))]
    if _size(words) < LEAST:
        return "additional_info is no sentence"
    names = name_words(call.tool) | name_words(call.integration)
    given = names | _short_words(arguments)
    if not [word for word in words if not (word in _SAYS_NOTHING or _covered(word, given))]:
        named = any(_covered(word, names) for word in words)
        repeats = any(_covered(word, given - names) for word in words)
        tools_own = any(_covered(word, name_words(call.tool)) for word in words)
        if repeats and not tools_own and len(set(words)) >= _WHOLE_SENTENCE and _SOMEBODYS_WISH.search(text):
            return ""
        if repeats:
            return "additional_info repeats the arguments"
        return "additional_info names the tool and no purpose" if named else "additional_info says nothing of a purpose"
    return ""


def _size(words: list[str]) -> float:
    return sum(len(word) / 2 if _NO_SPACES.search(word) else 1 for word in set(words))


def _covered(word: str, given: frozenset[str]) -> bool:
    return word in given or (word.isdigit() and word.lstrip("0") in given)


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
        elif isinstance(value, int | float) and abs(value) < _LONGEST_NUMBER:
            found.add(identity(value))
    return frozenset(found)
