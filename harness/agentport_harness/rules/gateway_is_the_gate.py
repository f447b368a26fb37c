from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agentport_harness.core.calls import Await, CallTool, Discover, Elsewhere, Install
from agentport_harness.core.edits import heard, insert, said
from agentport_harness.core.human import says_stop
from agentport_harness.core.preparing import prepares
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.session import Session, Turn
from agentport_harness.core.text import content_words, folded, name_words, sentences
from agentport_harness.core.trace import Trace

_ASKS = re.compile(
    r"\bis (?:that|this|it) (?:ok(?:ay)?|alright|all right|fine|good)\s*\?|\bsounds? good\s*\?|^ok(?:ay)?\s*\?|"
    r"\bwant me to\b|\bjust to confirm\b|"
    r"\b(?:a?wait\w*|wait\w* for) your (?:confirmation|go-ahead|ok)\b|\bsay the word\b|\b(?:that's|this is|"
    r"it's) (?:fine|ok(?:ay)?) with you\b|"
    r"\b(?:shall|should|may|can|could) i (?:now |then |just )?(?:go ahead|proceed|continue|do (?:it|that|this|so)|"
    r"start|make|run|call|send|issue|create|delete|refund|"
    r"post|cancel|update|remove|pay|transfer|merge|deploy|close|invite|book|\w+)\b.*\?|"
    r"\b(?:do you|would you|did you) (?:want|like) me to\b|\b(?:is it|would it be|is that) (?:ok(?:ay)?|alright|"
    r"all right|fine) (?:with you )?(?:if|to|for me)\b|"
    r"\bok(?:ay)? (?:to|if i) \w+.*\?|\b(?:please )?confirm (?:that|and|before|to|if|you|this|the|it|so)\b|"
    r"\bplease confirm\b|\bare you sure\b|"
    r"\b(?:do i have|give me|with|need|have) your (?:permission|go-ahead|ok|okay|blessing|consent|confirmation|"
    r"approval to)\b|\bready to (?:proceed|go)\?|"
    r"\blet me know (?:if|whether|when) (?:i (?:should|may|can)|you(?:'d| would) like me|it'?s ok)|\b(?:say|reply|"
    r"answer|type|respond with?)\W+(?:yes|ok|go|confirm|approve|proceed)\b|"
    r"\bproceed\?|\bgo ahead\?|\b(?:do )?you (?:approve|agree)\b.*\?|"
    r"\bsoll ich\b|\bdarf ich\b|\bkann ich (?:fortfahren|das)\b|\bmöchtest du, dass ich\b|"
    r"\bmöchten sie, dass ich\b|\bist (?:es|das) (?:ok|okay|in ordnung)\b|\bbitte bestätige\w*|"
    r"\bbestätig\w+ (?:du|sie|bitte)\b|\beinverstanden\b.*\?|"
    r"\bdois-je\b|\bpuis-je\b|\bvoulez-vous que je\b|\b(?:tu veux|veux-tu) que je\b|\bsouhaitez-vous que je\b|"
    r"\bconfirme[zr]?\b|\best-ce que je (?:peux|dois)\b|"
    r"\b(?:quieres|quiere|desea|deseas) que\b|\bpuedo (?:proceder|continuar|\w+r)\b.*\?|\bdebo\b.*\?|"
    r"\bconfirm[ae](?:s|r)?\b|\b¿procedo\b|\bte parece bien\b|"
    r"\bvuoi che\b|\bvuole che\b|\bposso (?:procedere|\w+re)\b.*\?|\bdevo\b.*\?|\bprocedo\b.*\?|\bconfermi\b|"
    r"\bconferma\b|"
    r"\bquer que eu\b|\bdeseja que eu\b|\bposso (?:prosseguir|\w+r)\b.*\?|\bdevo\b.*\?|\bconfirma\b.*\?|"
    r"\bzal ik\b|\bmag ik\b|\bwil je dat ik\b|\bczy mam\b|\bska jag\b|\bskal jeg\b|\bmogę\b.*\?|"
    r"\bмне (?:\w+ )?(?:продолжить|выполнить|сделать|отправить|оформить)\b|\bможно\b.*\?|\bподтвердите\b|"
    r"\bхотите, чтобы я\b|\bпродолжить\?|"
    r"可以(?:吗|继续|执行)|要我|我可以|是否(?:要|需要|继续|确认|同意)|请确认|确认(?:吗|一下)|よろしいでしょうか|"
    r"よろしいですか|いいですか|してもいい|しましょうか|実行しますか|ご確認ください|"
    r"할까요|해도 될까요|진행할까요|괜찮을까요"
)
_CHOICE = re.compile(
    r"\bwhich\b|\b(?:or|versus)\b|\beither\b|\bseveral\b|\bmultiple\b|\bmore than one\b|\btwo\b|\bthree\b|"
    r"\bambiguous\b|\bunclear\b|\bnot sure\b|\bwhat (?:amount|date|address|time|name|account|channel)\b|"
    r"\bhow (?:much|many)\b|\bwelche\w*|\boder\b|\bmehrere\b|\bzwei\b|\bwie viel\b|\bquel(?:le)?s?\b|\bou\b|"
    r"\bplusieurs\b|\bdeux\b|\bcombien\b|\bcuál\b|\bo bien\b|\bvari[oa]s\b|\bdos\b|\bcuánto\b|"
    r"\bquale\b|\boppure\b|\bdue\b|\bquanto\b|\bqual\b|\bou\b|\bdois\b|\bкак[оуи][юйем]\w*|\bили\b|\bсколько\b|哪|"
    r"还是|多少|どの|どちら|それとも|어느|어떤"
)
_INSTALLS = re.compile(
    r"\b(?:un)?install\w*|\bconnect\w*|\bdisconnect\w*|\binstallier\w*|\bverbind\w*|\binstalle\w*|\bconnecte\w*|"
    r"\binstal[ao]\w*|\bconecta\w*|\bcollega\w*|\badd the \w+ integration\b|\bremove the \w+ integration\b|"
    r"\bintegrations?\b|\bустанов\w*|\bподключ\w*|安装|连接|インストール|接続|설치|연결"
)
_ASKED_TO_ASK = re.compile(
    r"\b(?:ask|check with|confirm with|tell|show) me (?:first|before)\b|\bbefore you (?:do|run|send|make|call|"
    r"start)\b|\bdon'?t \w+ (?:\w+ )?(?:yet|until|without)\b|\bwithout (?:asking|my)\b|\bfirst (?:show|ask|"
    r"confirm)\b|\bdraft\b|"
    r"\bfrag\w* (?:mich )?(?:vorher|zuerst|erst)\b|\bbevor du\b|\bdemande[sz]?-moi\b|\bavant de\b|\bantes de\b|"
    r"\bpregúntame\b|\bprima di\b|\bchiedimi\b|\bme pergunte\b|先问|确认后|先に確認"
)
_ONLY_ASKS = re.compile(
    r"^\W*(?:what|how|why|which|who|when|where|is|are|does|do|did|was|were|has|have|could it|would it|was|wie|"
    r"warum|welche|wer|wann|ist|sind|hat|gibt|qu'est|comment|pourquoi|quel|est-ce qu(?:'|e) (?:il|elle|on)|qué|"
    r"cómo|por qué|cuál|hay|cosa|come|perché|quale|c'è|o que|como|por que|qual|что|как|почему|какой|есть ли|什么|"
    r"怎么|"
    r"为什么|何|どう|なぜ|무엇|어떻게|왜)\b.*[?？]\s*$",
    re.DOTALL,
)


_SHORT_REPLY = 6
"""Words of substance in an answer that adds nothing but a yes."""


@rule(
    "AP116",
    level="SHOULD",
    why="The human answers twice, once in chat where it binds nobody, and once on the page.",
    mend="Make the call that the human asked for; where policy wants a decision, the gateway asks for it.",
    passes="“Refund order 1182.” → agentport__call_tool → approval required → share the URL and wait",
    fails="“Refund order 1182.” → “Shall I go ahead and refund it?”",
    needs=("assistant_text", "human_turns", "history"),
)
def gateway_is_the_gate(session: Session) -> Iterator[Observation]:
    """No asking for permission in chat in place of making the gated call; the gateway asks.

    Judged are turns that end, without a call of a tool or a wait, on a sentence that asks for permission (“Shall I go
    ahead?”, “Soll ich …?”, “请确认”), where the next turn makes the call before it does anything else (finding tools,
    loading skills and keeping notes are nothing else), or the session has looked for the tool and the question repeats
    words of the human's own request. No fault are a choice between several things, a missing
    detail, consent to installing or connecting, an offer after work that was done or denied, a human who only asked a
    question, and one who wanted to be asked first. Blind spots: permission asked in unusual words, and for a call
    that neither came nor was looked for.
    """
    for turn in session.turns:
        texts = session.shown_by_turn.get(turn.number, ())
        made = session.actions_between(turn.start, turn.stop)
        if any(isinstance(action.meaning, CallTool) for action in made):
            yield Kept(at=turn.start)
        if not texts or not turn.closed or any(isinstance(a.meaning, (CallTool, Await)) for a in made):
            continue
        question = _asks_permission(texts[-1].text)
        if question and _would_have_called(session, turn, texts[-1].text):
            yield Broken(
                at=texts[-1].seq,
                message="the agent asked in chat in place of making the call",
                evidence=question,
                expected="the call itself; the gateway asks the human where policy wants it",
            )


def _asks_permission(text: str) -> str:
    told = sentences(text)
    if _CHOICE.search(folded(text)) or _INSTALLS.search(folded(text)):
        return ""
    return next((sentence for sentence in reversed(told[-3:]) if _ASKS.search(sentence)), "")


def _would_have_called(session: Session, turn: Turn, text: str) -> bool:
    wish = "\n".join(message.text for message in session.human_between(turn.start - 1, turn.stop))
    if not wish or _ONLY_ASKS.match(folded(wish)) or _ASKED_TO_ASK.search(folded(wish)) or says_stop(wish):
        return False
    following = session.turns[turn.number] if turn.number < len(session.turns) else None
    if following is not None:
        first = next(
            (
                action
                for action in session.actions_between(following.start, following.stop)
                if isinstance(action.meaning, (CallTool, Elsewhere)) and not prepares(action)
            ),
            None,
        )
        reply = "\n".join(message.text for message in session.human_between(following.start - 1, following.stop))
        if first is None or not isinstance(first.meaning, CallTool):
            return False
        names, said_then = name_words(first.meaning.tool), content_words(reply)
        wished_only_then = bool(said_then & names) and not content_words(wish) & names
        return len(said_then) <= _SHORT_REPLY and not wished_only_then
    looked = any(isinstance(action.meaning, Discover) for action in session.actions_between(0, turn.stop))
    return looked and bool(content_words(wish) & content_words(text))


@gateway_is_the_gate.mutation
def ask_whether_to_go_ahead(session: Session) -> Iterable[Trace]:
    """The agent asks whether it should go ahead, and the human says yes, in front of the session's first call."""
    yield from _asked(session, "Shall I go ahead with this?", "Yes.")


@gateway_is_the_gate.mutation
def ask_for_a_confirmation(session: Session) -> Iterable[Trace]:
    """The agent asks for a confirmation in front of the session's first call."""
    yield from _asked(session, "Please confirm that I should do this.", "Confirmed.")


def _asked(session: Session, question: str, answer: str) -> Iterator[Trace]:
    first = next((action for action, _ in session.calls()), None)
    if first is None or first.turn != 1 or first.part:
        return
    turn = session.turn(1)
    wish = "\n".join(message.text for message in session.human_between(turn.start - 1, first.seq))
    before = session.actions_between(turn.start, first.seq)
    start = next(
        (text.seq for text in session.shown_by_turn.get(1, ()) if text.step == first.step and text.seq < first.seq),
        first.seq,
    )
    free = not any(isinstance(action.meaning, Install) or action.told > start for action in before)
    if wish and free and not _ONLY_ASKS.match(folded(wish)) and not _ASKED_TO_ASK.search(folded(wish)):
        yield insert(session.trace, start, said(question), heard(answer))
