"""Plain text as rules compare it: folded, in clauses, as the words that carry meaning."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from agentport_harness.core.needles import Pattern, compiled
from agentport_harness.core.remembering import remembered

LONGEST = 200_000
"""Characters of one message that judgement rules read; what is longer is read at its beginning and its end."""

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"'`|]+", re.IGNORECASE)
_CLAUSE = re.compile(
    r"(?<=[.!?;])\s+|[\n\r]+|(?<=[\u3002\uff01\uff1f\uff1b])|\s[\u2013\u2014]\s|"
    r",?\s+(?:but|however|aber|jedoch|mais|pero|aunque|sino|tuttavia|por\u00e9m|maar|\u043d\u043e|"
    r"\u043e\u0434\u043d\u0430\u043a\u043e)\s|"
    r"[\uff0c\u3001](?=\u4f46|\u4e0d\u8fc7|\u305f\u3060\u3057)"
)
_TURNS = frozenset(
    ["but", "however", "aber", "jedoch", "mais", "pero", "aunque", "sino", "tuttavia", "porém", "maar", "но", "однако"]
)
_WIDE = re.compile(r"[\u2013\u2014\u3001\u3002\uff01\uff0c\uff1b\uff1f]")
_ENDS = re.compile(r"\n|(?<=[.!?;]) ")
"""Where clauses of a folded text end that has none of those words and signs."""
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|[\n\r]+|(?<=[\u3002\uff01\uff1f\uff1b])")
_QUOTED = re.compile(
    r"`[^`\n]{1,300}`|\"[^\"\n]{1,300}\"|[\u201c\u201e\u201f][^\u201c-\u201f\n]{1,300}[\u201c\u201d]|\u00ab[^\u00ab\u00bb\n]{1,300}\u00bb|"
    r"[\u300c\u300e][^\u300c-\u300f\n]{1,300}[\u300d\u300f]|(?<!\w)[\u2018'][^'\u2018\u2019\n]{2,200}['\u2019](?!\w)"
)
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SYNTAX = re.compile(r"\\.|[][()|]", re.DOTALL)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@remembered(4096)
def folded(text: str) -> str:
    """The text without links, in one form of each character, in lower case, with straight apostrophes.

    Its lines have single spaces between words, and none is empty.
    """
    text = _readable(text)
    if "://" in text or "www." in text.lower():
        text = _LINK.sub(" ", text)
    plain = text.isascii()
    lines = [" ".join(line.split()) for line in (text if plain else unicodedata.normalize("NFKC", text)).splitlines()]
    text = "\n".join([line for line in lines if line])
    if not plain:
        text = text.replace("\u2019", "'").replace("\u00ad", "")
    return text.casefold().replace("e-mail", "email")


@remembered(512)
def clauses(text: str) -> tuple[str, ...]:
    """The folded text, cut where a sentence ends or turns with a "but"."""
    said = folded(text)
    turns = not _TURNS.isdisjoint(said.split()) or (not said.isascii() and _WIDE.search(said))
    return tuple(
        [clause.strip() for clause in (_CLAUSE if turns else _ENDS).split(said) if clause and not clause.isspace()]
    )


def sentences(text: str) -> list[str]:
    """The folded text, cut where a sentence ends; its question mark stays with it."""
    return [part.strip() for part in _SENTENCE.split(folded(text)) if part and part.strip()]


def unquoted(text: str) -> str:
    """The text without what it quotes: names, titles and other people's words between marks, within a line."""
    return _QUOTED.sub(" ", _readable(text))


def _readable(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}\n{text[-LONGEST // 2 :]}"


def any_of(*sources: str) -> Pattern:
    """A pattern that is found where one of the sources, each of alternatives, is found; made for long lists of words.

    Alternatives that begin at a word's edge share the search for that edge, which is several times as fast.
    """
    every = [alternative for source in sources for alternative in _alternatives(source)]
    words_first = "|".join(alternative[2:] for alternative in every if alternative.startswith(r"\b"))
    others = [alternative for alternative in every if not alternative.startswith(r"\b")]
    return compiled("|".join(([rf"\b(?:{words_first})"] if words_first else []) + others) or r"(?!)", few=0)


def _alternatives(source: str) -> Iterator[str]:
    """A regular expression, cut at the bars outside groups, character sets and escapes."""
    start = depth = 0
    in_set = False
    for found in _SYNTAX.finditer(source):
        sign = found.group()
        if in_set:
            in_set = sign != "]"
        elif sign == "[":
            in_set = True
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "|" and not depth:
            yield source[start : found.start()]
            start = found.end()
    if source:
        yield source[start:]


def words(text: str) -> frozenset[str]:
    """The folded text's words; scripts without spaces give pairs of neighbouring characters."""
    found: set[str] = set()
    for word in _WORD.findall(folded(text)):
        if _CJK.search(word):
            found.update(word[at : at + 2] for at in range(max(1, len(word) - 1)))
        else:
            found.add(stem(word))
    return frozenset(found)


@lru_cache(maxsize=4096)
def name_words(name: str) -> frozenset[str]:
    """The words of an identifier: ``createRefund``, ``create-refund`` and ``create_refund`` alike."""
    return frozenset(stem(word) for word in _WORD.findall(_CAMEL.sub(" ", name).replace("_", " ").casefold()))


def stem(word: str) -> str:
    """A word without the endings that English grammar adds, so that "refunds", "refunded", "refunding" agree."""
    word = word.partition("'")[0]
    if len(word) < 5 or not word.isascii() or not word.isalpha():
        return word
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@remembered(4096)
def content_words(text: str) -> frozenset[str]:
    """The words that carry meaning: no articles, pronouns or courtesies, nothing shorter than three letters."""
    return frozenset(word for word in words(text) if _tells(word))


def _tells(word: str) -> bool:
    if word in _EMPTY:
        return False
    return len(word) >= 3 or word.isdigit() or not word.isascii()


_EMPTY_WORDS = """
the and for with from this that these those you your yours our ours their his her its are was were been being
have has had not but can could would should will shall may might must let lets please thanks thank hello just
now then here there what which who how why when where one two all any some more most also into onto about over
under out off yes okay sure need want like make made get got did does done doing say says said tell know see
look use using it's i'm i've der die das den dem des ein eine einen einem einer und oder für mit von aus auf bei
nach ist sind war wird bitte danke ich sie wir ihr mir mich dir dich uns euch nicht noch schon auch nur doch mal
kann können soll hier dort was wer wie les des une pour avec dans sur est sont été mais vous nous elle ils merci
plaît veuillez votre vos mon mes ton tes son ses que qui quoi ici los las una unos para con por del que está son
fue pero usted gracias favor puede esta este esto aquí como cómo gli delle della dello degli nel con per che
sono stato grazie puoi questa questo qui come dos das uma com para por não que são foi mas você obrigado pode
esta este isto aqui como
"""
_EMPTY = frozenset(stem(word) for word in _EMPTY_WORDS.split())
