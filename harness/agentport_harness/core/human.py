"""What a human's message asks for, as far as plain words show it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass

from agentport_harness.core.remembering import remembered
from agentport_harness.core.text import content_words

_READ = 2000
"""Characters of a message that are read."""
_LEAD = (
    r"^\W*(?:(?:ok(?:ay)?|no|nein|non|nee|please|bitte|por favor|per favore|s'il (?:te|vous) plaît|hey|hi|wait|"
    r"actually|oh|and|so|sorry|well|hmm+|never ?mind|you can|you may|you should|let'?s|just|then|in that case|"
    r"i want you to|i'd like you to|can you|could you|moment|halt|请|请你|那|先)\b\W*){0,5}"
)
_STOP = re.compile(
    _LEAD + r"(?:stop(?:p|pe|pt|pen)?\b(?! by)|scratch (?:it|that|this)|kill (?:it|that|this)|not (?:do|run|"
    r"send) (?:it|that|this)|cancel\b|abort\b|halt\b|never ?mind|forget (?:it|that|about|the)|leave it|"
    r"drop (?:it|that)|(?:don'?t|do not) (?:wait|bother|do (?:it|that|this)|go (?:on|ahead)|continue|proceed|"
    r"send|run|keep)|no need\b|quit\b|give up|call (?:it|that|this) off|skip (?:it|that|this)|scrap (?:it|"
    r"that|this)|hold off|withdraw|abbrechen|brich\b.*\bab\b|brecht?\b.*\bab\b|vergiss|vergessen sie|"
    r"lass (?:es|das|gut|mal)|hör\b.*\bauf\b|nicht mehr (?:warten|nötig)|warte nicht|storniere|arrêt\w*|"
    r"annul\w*|laisse(?:z)? tomber|oublie\w*|n'attend\w* (?:pas|plus)|para\b|det[eé]n\w*|canc[eé]la\w*|"
    r"olv[ií]da\w*|d[eé]ja(?:lo|r)?\b|no esperes|ferma\w*|annulla\w*|basta\b|lascia (?:stare|perdere)|"
    r"non aspettare|pare\b|parar\b|esquece|esqueça|deixa (?:pra lá|estar)|não espere|annuleer|laat maar|"
    r"hou op|przestań|anuluj|zatrzymaj|avbryt|sluta|afbryd|iptal|dur\b|bekleme|停|取消|中止|算了|不用了|别等|"
    r"不要等|不必等|やめ|キャンセル|中断|待たなくて|もういい|중지|멈춰|취소|그만|(?:нет,? )?(?:стоп|отмен|"
    r"прекрат|хватит|останов|не жди|не надо|забудь))",
    re.IGNORECASE,
)
_CHANGED_MIND = re.compile(
    r"\bchanged my mind\b|\bno longer (?:want|need|necessary)\b|\bdon'?t (?:want|need) (?:it|this|that|"
    r"the \w+) (?:any ?more|after all)\b|\bstop (?:waiting|polling|that|this|it)\b|\bcancel (?:it|that|this)\b|"
    r"\bgive it up\b|\bcall it off\b|\bhabe? (?:es )?mir anders überlegt\b|\bnicht mehr nötig\b|\bhör auf\b|"
    r"\bchangé d'avis\b|\bplus besoin\b|\bcambiado de (?:idea|opinión)\b|\bcambiato idea\b|\bmudei de ideia\b|"
    r"\bya no (?:hace falta|lo necesito|quiero)\b|\bnon serve più\b|改主意|不需要了|不要了|気が変わ|必要なくな|"
    r"передумал|больше не нужн",
    re.IGNORECASE,
)
_NOT_STOP = re.compile(
    r"\b(?:don'?t|do not|never|no need to|why did you|did you|nicht|ne|no) (?:stop|cancel|abort|quit|give up)\b|"
    r"non[- ]?stop",
    re.IGNORECASE,
)
_TASK = re.compile(
    r"^\W*(?:please |can you |could you )?(?:stop|cancel|abort|halt|annule\w*|cancela\w*|annulla\w*|"
    r"storniere) (?:the|a|an|all|my|our|your|this|that|their|mon|ma|le|la|mi|el|il|o|meu|minha|die|den|das|"
    r"mein\w*|[A-Z][a-z]+'s)\b(?! (?:wait|waiting|request|approval|call|action|operation|job|task|whole|thing|"
    r"anfrage|demande|solicitud|richiesta|pedido))",
    re.IGNORECASE,
)
"""Words that begin like a stop and may be a task: "cancel my subscription at Acme"."""
_RETRY = re.compile(
    r"\bwrong (?:button|link|one)\b|\bre-?(?:submit|issue|run|do|file|send|request|open)\b|"
    r"\bmeant to (?:\w+ )?(?:approve|allow|say yes|accept)\b|\bredemande\w*|\brefai[st]\w*|\brenvo\w*|\bretent\w*|"
    r"\btromp\w*|\bfalschen?\b|\bequivoqu\w*|\bsbagliat\w*|\benganei\b|点错|按错|間違|\bошиб\w*|\bagain\b|"
    r"\bretry\b|\bre-?try\b|\btry\b|\banyway\b|\bgo ahead\b|\bdo it\b|\bonce more\b|\binstead\b|\bafter all\b|"
    r"\bnow (?:approved|allowed)\b|\bi(?:'ve| have)? (?:now )?(?:approved?|allowed|changed(?! my mind)|unblocked|"
    r"enabled)\b|(?:\bwill|'ll) (?:approve|allow|accept)\b|\bby mistake\b|\bmisclick\w*|\baccident\w*|\bresend\b|"
    r"\bproceed\b|\bcontinue\b|\brepeat\b|\bredo\b|\bnochmal\w*|\bnoch ?einmal\b|\berneut\b|\bversuch\w*|"
    r"\btrotzdem\b|\bstattdessen\b|\bdoch\b|\bmach(?:e|en)? (?:es|das)\b|\bversehen\w*|\bencore\b|\bréessa\w*|"
    r"\bessa\w*|\bquand même\b|\bplutôt\b|\brecommenc\w*|\bnouveau\b|\brelance\w*|\bpar erreur\b|\bvas-y\b|"
    r"\bfais-le\b|\botra vez\b|\bde nuevo\b|\breintent\w*|\bintent\w*|\bhazlo\b|\badelante\b|\ben su lugar\b|"
    r"\bvuelve a\b|\bpor error\b|\bancora\b|\bdi nuovo\b|\briprova\w*|\bprova\b|\bfallo\b|\binvece\b|\bprocedi\b|"
    r"\bper sbaglio\b|\bde novo\b|\bnovamente\b|\btent\w*|\bfaça\b|\bem vez\b|\bpode (?:fazer|seguir)\b|"
    r"\bpor engano\b|\bopnieuw\b|\bnog een keer\b|\bponownie\b|\bspróbuj\b|\bigen\b|\btekrar\b|再|重新|重试|继续|"
    r"还是|もう一度|再度|やり直|やっぱり|재시도|다시|ещ[её] раз|снова|повтор|попроб|заново|вс[её] равно",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^\W*(?:yes|yep|yeah|sure|please|do|ok(?:ay)?,? (?:do|go|try|then)|ja|gern\w*|mach|oui|d'accord|sí|si,|vale|"
    r"claro|certo|sim|da|tak|是|好|可以|行|はい|お願い|네|예|да|давай)(?:\b|[\u3000-鿿가-\ud7af])",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^\W*(?:no(?!w)\b|nope|nein|non\b|não|nee\b|nie\b|不|いいえ|아니|нет)|\b(?:leave it|that'?s (?:fine|ok)|"
    r"understood|do not (?:try|retry)|don'?t (?:try|retry))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What a message's wording shows, whatever it is about."""

    stops: bool
    tasks: tuple[frozenset[str], ...]
    """The words of sentences that are a stop if they are about the pending thing, and else a task."""
    says_no: bool
    wants_it: bool
    words: frozenset[str]


def says_stop(text: str, about: Container[str] = ()) -> bool:
    """Whether the message tells the agent to stop or cancel what it is doing, in a dozen languages.

    The beginnings of its first sentences count, and phrases like "changed my mind" anywhere in them; "stop" further
    on may be part of a task ("stop the server"). So may "cancel my subscription", unless it names the pending thing:
    shares a word with ``about``.
    """
    heard = _heard(text[:_READ])
    return heard.stops or any(word in about for task in heard.tasks for word in task)


def asks_afresh(text: str, about: Container[str]) -> bool:
    """Whether the message, written after a denial, asks for the denied thing again (or for a variant of it).

    It does when it says so ("try again", "go ahead", "instead", a yes), or names the thing: shares a word with
    ``about``, the words of the call and of the wish it came from. A no, a stop, or another subject does not.
    """
    heard = _heard(text[:_READ])
    if heard.says_no or says_stop(text, about):
        return False
    return heard.wants_it or any(word in about for word in heard.words)


@remembered(8192)
def _heard(text: str) -> _Heard:
    plain = _plain(text)
    stops, tasks = False, []
    for sentence in _first_sentences(text):
        if _NOT_STOP.search(sentence):
            continue
        if _CHANGED_MIND.search(sentence) and not _RETRY.search(sentence):
            stops = True
        elif _STOP.match(sentence):
            if _TASK.match(sentence):
                tasks.append(content_words(sentence))
            else:
                stops = True
    retries = bool(_RETRY.search(plain))
    return _Heard(
        stops=stops,
        tasks=tuple(tasks),
        says_no=bool(_NO.search(plain)) and not retries,
        wants_it=retries or bool(_YES.match(plain)),
        words=content_words(text),
    )


def _first_sentences(text: str) -> list[str]:
    return [
        part.strip() for part in re.split(r"(?<=[.!?;。！？])\s*|\n+|, (?:and|und|et|y|e) ", _plain(text[:400]))[:4]
    ]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("\u2019", "'").strip()
