"""What a human's message asks for, as far as plain words show it."""

from __future__ import annotations

import re
import unicodedata

_STOP = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|no|nein|non|please|bitte|hey|wait|actually|oh|and|so|sorry|well|hmm|never mind)\W+)*"
    r"(?:stop|cancel|abort|halt|never ?mind|forget (?:it|that|about)|leave it|drop (?:it|that)|"
    r"don'?t (?:wait|bother|do (?:it|that)|go on|continue)|do not (?:wait|bother|do (?:it|that)|go on|continue)|"
    r"no need (?:to wait|any ?more|for)|quit|give up|call it off|skip (?:it|that)|"
    r"stopp|abbrechen|brich\b.*\bab|vergiss|lass (?:es|das|gut)|nicht mehr|h\u00f6r auf|"
    r"arr\u00eat\w*|annul\w*|laisse tomber|oublie|"
    r"para\b|det[e\u00e9]n\w*|cancela\w*|olv\u00edda\w*|d\u00e9ja(?:lo)?|dejalo|"
    r"ferma\w*|annulla\w*|basta|lascia (?:stare|perdere)|"
    r"pare\b|parar|esquece|deixa (?:pra l\u00e1|estar)|"
    r"\u505c|\u53d6\u6d88|\u4e2d\u6b62|\u7b97\u4e86|\u4e0d\u7528\u4e86|\u3084\u3081|\u30ad\u30e3\u30f3\u30bb\u30eb|\u4e2d\u6b62|"
    r"\u0441\u0442\u043e\u043f|\u043e\u0442\u043c\u0435\u043d|\u043f\u0440\u0435\u043a\u0440\u0430\u0442|\u0445\u0432\u0430\u0442\u0438\u0442)",
    re.IGNORECASE,
)

_TASK = re.compile(
    r"^\W*(?:stop|cancel|abort|halt) (?:the|a|an|all|my|our|your|this|that|their)\b"
    r"(?! (?:wait|request|approval|refund|call))\s*\w+ \w+",
    re.IGNORECASE,
)
"""Words that begin like a stop and are a task: "cancel my subscription at Acme"."""


def says_stop(text: str) -> bool:
    """Whether the message tells the agent to stop or cancel what it is doing, in a dozen languages.

    Only the message's beginning counts: "stop" further on may be part of a task ("stop the server").
    """
    folded = unicodedata.normalize("NFKC", text[:400]).replace("\u2019", "'").strip()
    return bool(_STOP.match(folded)) and not _TASK.match(folded)
