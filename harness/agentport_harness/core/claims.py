"""What a clause of the agent's text claims: that something was done, or that it was denied."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from agentport_harness.core.languages import DENIED, LANGUAGES, Language
from agentport_harness.core.needles import Pattern, possible
from agentport_harness.core.remembering import remembered
from agentport_harness.core.text import any_of, clauses, folded

_NOT_DENIED = re.compile(
    r"(?:n't|\b(?:not|nothing|never|nicht|pas|no|non)) (?:been |was |were |yet )?(?:denied|declined|rejected|"
    r"refused|"
    r"blocked)\b"
    r"|\bif (?:you |it |they )?(?:\w+ )?(?:deny|denied|decline|reject)\w*"
    r"|\b(?:approv|allow|accept|genehmig|freigeb|approuv|accept|aprob|aprueb|autoriz|approv|aprov)\w* (?:it |"
    r"this |that )?"
    r"(?:or|oder|ou|o|/) (?:\w+ )?(?:den[yi]|declin|reject|refus|ablehn|verweiger|rejet|deneg|denieg|rechaz|"
    r"rifiut|neg|recus|rejeit)\w*"
    r"|\b(?:deny|decline|reject|refuse) (?:or|/) (?:approve|allow|accept)"
    r"|(?:批准|同意|通过)(?:或|还是|或者|/)?(?:拒绝|驳回)|承認(?:または|か|・|/)?(?:拒否|却下)|승인(?: ?또는 ?|"
    r"하거나 ?|/)(?:거부|거절)"
    r"|(?:одобр|подтверд)\w* или (?:отклон|отказ)\w*"
)


def tells_denial(text: str) -> bool:
    """Whether the text says that something was denied, declined, blocked or not allowed, in any language known."""
    said = folded(text)
    return DENIED.may_match(said) and bool(DENIED.search(_NOT_DENIED.sub(" ", said)))


def done_clauses(text: str) -> list[str]:
    """The clauses that say of anything that it was done."""
    every = frozenset(effect for language in LANGUAGES for effect in language.effects)
    return [clause for clause in clauses(text) if says_done(clause) or says_done(clause, every)]


def says_done(clause: str, effects: Iterable[str] = ()) -> bool:
    """Whether a folded clause says that something was done: in general, or (given ``effects``) one of these.

    A clause that denies, asks, waits, or speaks of what may yet happen claims nothing.
    """
    return _says_done(clause, frozenset(effects))


def may_say_done(said: str, effects: Iterable[str] = ()) -> Iterator[str]:
    """The clauses of a text that may say so: they hold a word for it in some language."""
    able = possible(_done_by_language(frozenset(effects)), folded(said))
    if not able:
        return
    words = [word for pattern in able for word in pattern.held(folded(said))]
    known = all(pattern.words for pattern in able)
    for clause in clauses(said):
        if not known or any(word in clause for word in words):
            yield clause


@remembered(4096)
def _says_done(clause: str, wanted: frozenset[str]) -> bool:
    by_language = _done_by_language(wanted)
    said = [
        by_language[done]
        for done in possible(by_language, clause)
        if done.search(clause) and (not wanted or _is_marked(by_language[done], clause))
    ]
    return (
        bool(said) and not DENIED.search(clause) and not any(_OPEN[language.open].search(clause) for language in said)
    )


def _is_marked(language: Language, clause: str) -> bool:
    return not language.mark or re.search(language.mark, clause) is not None


@lru_cache(maxsize=64)
def _done_by_language(effects: frozenset[str]) -> Mapping[Pattern, Language]:
    forms = ((language, _forms(language, effects)) for language in LANGUAGES)
    return {any_of(*every): language for language, every in forms if every}


def _forms(language: Language, effects: frozenset[str]) -> list[str]:
    if not effects:
        return [language.done]
    return [form for effect, form in language.effects.items() if effect in effects]


_OPEN = {language.open: any_of(language.open) for language in LANGUAGES}
