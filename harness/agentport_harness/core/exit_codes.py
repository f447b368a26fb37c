"""Exit code 2 of ``ap tools call``: approval is needed, and whether the agent took that for a failure."""

from __future__ import annotations

import re

from agentport_harness.core.calls import CallTool
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
_CODE_TWO = re.compile(
    r"(?:\bexit(?:ed|s)?(?: with)?(?: a)?(?: status| code)* (?:of )?2\b|\bcode 2\b|exit-?code 2|退出码\s*2|"
    r"終了コード\s*2).{0,80}|.{0,80}(?:\bexit(?:ed)? (?:status|code)? ?2\b|\bcode 2\b)"
)


def mistaken_for_failure(session: Session, owed: Obligation) -> Shown | None:
    """The text that reports exit code 2 as a failure, None when there is none.

    It is one when it speaks of a failure in the turn in which approval was asked for, and that turn neither shows the
    URL in any form nor waits for a decision; or when it calls the exit code itself a failure.
    """
    if not (isinstance(owed.opening.meaning, CallTool) and owed.opening.meaning.surface == "shell"):
        return None
    told = [text for text in session.shown_by_turn.get(owed.turn.number, ()) if text.seq > owed.since]
    handled = any(wait.seq > owed.since and wait.seq in owed.turn for wait in owed.request.waits)
    if not handled and next(showings(session, owed), None) is None:
        return next((text for text in told if _FAILED.search(folded(text.text))), None)
    return next((text for text in told if _calls_the_code_a_failure(folded(text.text))), None)


def _calls_the_code_a_failure(text: str) -> bool:
    return any(
        re.search(r"\bfail\w*|\berror\w*|fehler|fehlgeschlagen|erreur|échou|失败|エラー|ошибк", match.group())
        for match in _CODE_TWO.finditer(text)
    )
