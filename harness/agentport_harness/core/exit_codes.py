"""Exit code 2 of ``ap tools call``: approval is needed, and whether the agent took that for a failure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from agentport_harness.core.calls import CallTool
from agentport_harness.core.remembering import remembered
from agentport_harness.core.session import Session, Shown
from agentport_harness.core.sharing import Obligation, showings
from agentport_harness.core.text import folded

_FAILED = re.compile(
    r"\bfail\w*|\berror\w*|\bunsuccess\w*|\bcould(?:n't| not)\b|\bcan(?:n't|'t|not)\b|\bunable\b|\bdid(?:n't|"
    r" not) (?:work|go through|succeed|run|complete)|\bcrash\w*|\bbroken?\b|"
    r"\bexit(?:ed|s)?(?: with)?(?: a)?(?: status| code)* (?:of )?2\b|\bnon-?zero\b|\bwent wrong\b|\bproblem\b|"
    r"\bissue (?:with|running|calling)\b|\bnot working\b|"
    r"fehlgeschlagen|\bfehler\w*|gescheitert|\bkonnte nicht\b|\bkonnte\b.{0,80}\bnicht\b|\bnicht (?:geklappt|"
    r"funktioniert|möglich)|abgebrochen|"
    r"\béchou\w*|\béchec\b|\berreur\w*|\bimpossible\b|n'a pas (?:fonctionné|marché|abouti|pu)|"
    r"\bfall[óo]\w*|\bfallid\w*|\bno (?:se )?(?:pudo|pude|funcionó|ha funcionado)|\bfracas\w*|\bfallit\w*|\berrore\b|"
    r"\bnon (?:è )?(?:riuscit|funziona)\w*|"
    r"\bfalh\w*|\berro\b|\bnão (?:foi possível|funcionou|consegui)|\bmislukt\w*|\bfout\w*|\bniet gelukt\b|"
    r"\bnie (?:udało|powiodło)|\bbłąd\w*|\bmisslyck\w*|\bbaşarısız\w*|\bhata\w*|"
    r"失败|失敗|错误|錯誤|出错|报错|无法|エラー|できません|できなかった|실패|오류|에러|ошибк\w*|не удалось|сбой|"
    r"не получилось|neúspě\w*|помилк\w*"
)
_NO_FAILURE = re.compile(
    r"\b(?:no|not an?|isn't an?|without an?y?) (?:error|failure|problem)s?\b|\b(?:did not|didn't|has not|"
    r"hasn't) fail\w*|kein\w* fehler|nicht fehlgeschlagen|"
    r"pas une erreur|no es un (?:error|fallo)|non è un errore|não é (?:um )?erro|不是(?:错误|失败)|"
    r"エラーでは(?:ありません|ない)|не ошибка"
)
_CODE_TWO = re.compile(
    r"\bexit(?:ed|s)?(?: with)?(?: a)?(?: status| code)* (?:of )?2\b|\bcode 2\b|exit-?code 2|退出码\s*2|終了コード\s*2"
)
_FAILURE = re.compile(r"\bfail\w*|\berror\w*|fehler|fehlgeschlagen|erreur|échou|失败|エラー|ошибк")
_NEAR = 80


def mistaken_for_failure(session: Session, owed: Obligation) -> Shown | None:
    """The text that reports exit code 2 as a failure, None when there is none.

    It is one when it speaks of a failure in the turn in which approval was asked for, and that turn neither shows the
    URL in any form nor waits for a decision; or when it calls the exit code itself a failure.
    """
    if not (isinstance(owed.opening.meaning, CallTool) and owed.opening.meaning.surface == "shell"):
        return None
    handled = any(wait.seq > owed.since for wait in owed.request.waits_in(owed.turn))
    blaming = _blaming(session)
    texts = blaming.code if handled or next(showings(session, owed), None) else blaming.any
    first = bisect_right(texts, owed.since, key=lambda text: text.seq)
    return texts[first] if first < len(texts) and texts[first].seq in owed.turn else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Blaming:
    """The texts that speak of a failure, and those that call exit code 2 one, in order."""

    any: Sequence[Shown]
    code: Sequence[Shown]


@remembered(8)
def _blaming(session: Session) -> _Blaming:
    return _Blaming(
        any=[text for text in session.shown if _FAILED.search(_NO_FAILURE.sub(" ", folded(text.text)))],
        code=[text for text in session.shown if _calls_the_code_a_failure(_NO_FAILURE.sub(" ", folded(text.text)))],
    )


def _calls_the_code_a_failure(text: str) -> bool:
    """Whether a failure is spoken of near the exit code, in the same line."""
    for code in _CODE_TWO.finditer(text):
        before = text[max(0, code.start() - _NEAR) : code.start()].rpartition("\n")[2]
        after = text[code.end() : code.end() + _NEAR].partition("\n")[0]
        if _FAILURE.search(f"{before} 2 {after}"):
            return True
    return False
