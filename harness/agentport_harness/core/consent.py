"""Whether a human asked for an integration to be installed or removed, or agreed to it, as plain words show it."""

from __future__ import annotations

import re
from typing import Literal

from agentport_harness.core.remembering import remembered
from agentport_harness.core.text import folded

_YES = re.compile(
    r"^\W*(?:(?:oh|ah|hm+|well|so|alright|great|perfect|cool|thanks|thank you|hi|hey)\W+)*(?:"
    r"y\b|that works|works for me|i agree|i'm (?:ok|fine)|that's (?:ok|fine)|let's do|yes|yeah|yep|yup|sure|"
    r"ok(?:ay)?|please|go (?:ahead|for it)|do (?:it|that|so)|sounds good|fine|of course|"
    r"absolutely|definitely|certainly|agreed|approved|correct|right|confirm(?:ed)?|proceed|by all means|why not|"
    r"install|connect|add it|remove|uninstall|set it up|"
    r"ja\b|jawohl|gern\w*|klar|natürlich|bitte|mach\w*|einverstanden|passt|in ordnung|nur zu|"
    r"oui|d'accord|vas-y|allez-y|bien sûr|volontiers|entendu|ça marche|"
    r"sí\b|si\b|claro|dale|adelante|vale\b|de acuerdo|por favor|por supuesto|hazlo|"
    r"sì|certo|va bene|procedi|d'accordo|sim\b|pode\b|pode ser|com certeza|isso|beleza|"
    r"graag|prima|akkoord|doe maar|tak\b|dobrze|jasne|proszę|evet|tamam|olur|"
    r"да\b|давай\w*|конечно|хорошо|ладно|ок\b|можно|согласен|так\b|"
    r"是|好|可以|行|嗯|没问题|同意|当然|请|要|はい|お願い|いいよ|いいです|うん|どうぞ|ええ|了解|"
    r"네|예|응|그래|좋아|부탁|물론)|^\W*[👍✅🆗👌]"
)
_NO = re.compile(
    r"^\W*(?:no\b|nope|nah|not (?:now|yet)|don't|do not|never|stop|wait|cancel|nein|nicht|non\b|pas |no,|não|nee\b|"
    r"niet|nie\b|нет|не |"
    r"不|别|いいえ|いや|だめ|やめ|아니|안 돼)"
)
_IN = (
    r"(?:re-?)?install\w*|connect(?!ion)\w*|hook(?:ing)? up|(?<!\ba )(?<!\bthe )link(?:ing|ed)?\b|integrat\w*|"
    r"enabl\w*|activat\w*|set(?:ting)?[ -]?(?:it |this |that |them )?up|"
    r"add\w*|authori[sz]\w*|"
    r"verbind\w*|verbunden|einricht\w*|eingerichtet|installier\w*|hinzufüg\w*|anbind\w*|einbind\w*|verknüpf\w*|"
    r"koppel\w*|aktivier\w*|anschlie\w*|"
    r"instal\w*|connexion|relie\w*|ajout\w*|active\w*|conect\w*|conéct\w*|agreg\w*|añad\w*|vincul\w*|configur\w*|"
    r"habilit\w*|"
    r"colleg\w*|aggiung\w*|conness\w*|adicion\w*|lig(?:a|ue|ar)\b|koppel\w*|voeg\b|verbind\w*|podłącz\w*|"
    r"zainstaluj\w*|bağla\w*|kur\b|"
    r"подключ\w*|установ\w*|добав\w*|настро\w*|安装|安裝|连接|連接|接入|添加|绑定|接続|連携|インストール|追加|연결|"
    r"설치|추가"
)
_OUT = (
    r"uninstall\w*|remov\w*|disconnect\w*|delet\w*|drop\w*|get rid of|unlink\w*|detach\w*|disabl\w*|revok\w*|"
    r"take .{1,40} (?:off|out|away)|clean up|"
    r"deinstallier\w*|entfern\w*|lösch\w*|trenn\w*|désinstall\w*|supprim\w*|retir\w*|déconnect\w*|desinstal\w*|"
    r"elimin\w*|quita\w*|borra\w*|desconect\w*|"
    r"disinstall\w*|rimuov\w*|scolleg\w*|remov\w*|verwijder\w*|odinstaluj\w*|usuń\w*|kaldır\w*|удал\w*|отключ\w*|"
    r"卸载|卸載|删除|刪除|移除|断开|"
    r"アンインストール|削除|解除|제거|삭제|해제"
)
_BOTH = re.compile(
    r"\b(?:switch|replace|migrate|swap|wechsel\w*|ersetz\w*|remplac\w*|reemplaz\w*|sostitu\w*)\b|"
    r"\breinstall\w*|заменит\w*|换成|替换"
)
_NEGATED = re.compile(
    r"\b(?:don't|do not|never|without|not|no need to|rather not|kein\w*|nicht|ohne|ne|pas|sans|sin|non|senza|não|sem|"
    r"niet|zonder|не)\b(?: \w+){0,3}\s*$|不要|别|勿"
)
_ANY = (
    r"it\b|that\b|them\b|both\b|whatever|anything|everything|what(?:ever)? you need|the one|integration\w*|"
    r"connector\w*|service|tool\b|app\b|das\b|es\b|ihn\b|was du brauchst|le\b|la\b|lo\b|集成|它|それ|что нужно|его\b"
)
_ORDER = re.compile(
    r"(?:re)?install|connect|link|enable|integrate|activate|add|set[ -]?up|hook up|authori[sz]e|"
    r"remove|delete|drop|disconnect"
)
"""English verbs whose object follows them."""
_KEYWORDS = {"install": re.compile(_IN), "uninstall": re.compile(_OUT)}
_MAKERS = re.compile(r"(?P<maker>google|g|microsoft|ms)(?P<product>[a-z]{3,})")
_NEAR = 60
_ASKS = re.compile(
    r"[?？]|\b(?:shall|should|may|can|could) i\b|\blet me know\b|\bwould you like\b|\bif you (?:want|"
    r"like|agree)\b|soll ich|darf ich|吗|ますか|でしょうか"
)


@remembered(4096)
def agrees(text: str) -> bool:
    """Whether a message begins with a yes, in a dozen languages, and does not take it back."""
    said = folded(text[:2_000])
    return (
        bool(_YES.search(said))
        and not _NO.search(said)
        and not re.search(
            r"\bbut (?:don't|do not|not)\b|"
            r"\bnot yet\b",
            said[:200],
        )
    )


@remembered(4096)
def refuses(text: str) -> bool:
    """Whether a message begins with a no."""
    return bool(_NO.search(folded(text[:2_000])))


@remembered(4096)
def speaks_of_installing(text: str) -> bool:
    """Whether a message has any word for installing or removing."""
    said = folded(text[:20_000])
    return any(pattern.search(said) for pattern in _KEYWORDS.values()) or bool(_BOTH.search(said))


@remembered(4096)
def asks_for(text: str, kind: Literal["install", "uninstall"], names: frozenset[str]) -> bool:
    """Whether a message asks to install (or remove) an integration of one of these names, or one left open."""
    said = folded(text[:20_000])
    if _BOTH.search(said) and mentions(said, names):
        return True
    for match in _KEYWORDS[kind].finditer(said):
        if _NEGATED.search(said[max(0, match.start() - 40) : match.start()]):
            continue
        before, after = said[max(0, match.start() - _NEAR) : match.start()], said[match.end() : match.end() + _NEAR]
        said_before = mentions(before, names) and not _ORDER.fullmatch(match.group())
        if said_before or mentions(_without_object(match.group(), after), names):
            return True
        if re.match(rf"\W*(?:me |us |up |mir |uns )?(?:{_ANY})", after) or re.search(rf"(?:{_ANY})\W*$", before):
            return True
    return False


def _without_object(verb: str, after: str) -> str:
    """What follows the verb, cut where "add a row to Notion" shows that something else is added."""
    if re.match(r"connect\b", verb) and re.match(
        r"\W*with (?!it\b|my\b|the\b|our\b)\w+ (?:about|on|regarding|"
        r"over)\b",
        after,
    ):
        return ""
    if re.match(r"add|delet|remov|drop|set|clean|link", verb) and (
        other := re.match(
            r"\W*(?:an?|the|this|these|some|all|my|two|\d+) \w+(?: \w+)? (?:to|in|into|on|from|for|at|"
            r"with)\b",
            after,
        )
    ):
        return "" if not re.search(r"integration|connect", other.group()) else after
    return after


def mentions(text: str, names: frozenset[str]) -> bool:
    """Whether the folded text names the integration, by its id, its name, or a telling part of either."""
    return any(name in text for name in names)


@remembered(4096)
def asks_about_installing(text: str) -> bool:
    """Whether the agent's message asks about installing or removing something."""
    said = folded(text[:20_000])
    return bool(_ASKS.search(said)) and any(pattern.search(said) for pattern in _KEYWORDS.values())


def proposes(text: str, names: frozenset[str]) -> bool:
    """Whether the agent's message asks about installing or removing this integration."""
    return asks_about_installing(text) and mentions(folded(text), names)


def names_of(integration: str) -> frozenset[str]:
    """The words by which people call an integration: ``google_calendar`` is "google calendar" and "calendar".

    So is ``googlecalendar``; ``gcal`` is "google cal", with which the full name begins.
    """
    plain = re.sub(r"[_\-./]+", " ", integration.casefold()).strip()
    maker = _MAKERS.fullmatch(plain)
    spelt = {f"{'google' if maker['maker'].startswith('g') else 'microsoft'} {maker['product']}"} if maker else set()
    parts = {part for part in plain.split() if len(part) >= 4} - {"google", "microsoft", "remote", "cloud", "mail"}
    squeezed = {plain.replace(" ", "")} if plain else set()
    inside = {"mail"} if "mail" in plain else set()
    return frozenset({plain, *parts, *squeezed, *inside, *spelt} - {""})
