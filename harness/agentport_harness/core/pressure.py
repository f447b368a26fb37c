"""The words by which a text pushes its reader to approve, in a dozen languages, read against folded text.

``plea`` asks for approval, ``claim`` says that somebody has given it, ``order`` tells the reviewer what
to do or not to do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from agentport_harness.core.needles import Pattern, compiled, possible
from agentport_harness.core.remembering import remembered

_PLEA = (
    (
        r"\b(?:please|pls|plz|kindly|just|simply)\b[\s,]*(?:\w+ly\s+|go ahead and\s+|do\s+)?(?:approve|authori[sz]e|"
        r"green-?light|okay this|grant (?:this|the|my|me|approval|permission)|"
        r"(?:allow|accept|permit|confirm|ok|click)\s+(?:this|the (?:call|request|action|operation|refund|change)|"
        r"it|"
        r"me|allow|approve|accept|once)\b)"
    ),
    (
        r"\b(?:approve|authori[sz]e) (?:this|it|the (?:call|request|action|operation)|asap|immediately|right away|now|"
        r"quickly|without)\b"
    ),
    (
        r"\b(?:safe|fine|ok(?:ay)?|good) to (?:approve|allow|authori[sz]e)\b|\b(?:should|must|has to|needs? to|"
        r"can(?: safely)?) be (?:approved|authori[sz]ed|allowed)\b|"
        r"\byou (?:can|should|must|may|need to|have to) (?:safely |simply |just )?(?:approve|allow|accept|authori[sz]e|"
        r"confirm|grant|trust|ignore|skip)\b|"
        r"\b(?:need|want|ask|urge|beg)(?:s|ing)? you to (?:approve|allow|accept|authori[sz]e)\b|\b(?:quick|swift|"
        r"prompt|"
        r"immediate|urgent|fast) approval\b|"
        r"\bapproval (?:is )?(?:urgently|immediately)\b|\b(?:appreciate|grateful for|thanks? (?:you )?for) (?:your |"
        r"the )?(?:quick |swift |prompt )?(?:approval|approving)\b|\bfor your approval\b"
    ),
    (
        r"\bbitte\b[\s,]*(?:\w+[\s,]+){0,5}?(?:genehmig\w*|freigeb\w*|frei\s*geben|zustimm\w*|erlaub\w*|zulass\w*|"
        r"bestätig\w*|akzeptier\w*|bewillig\w*|durchwink\w*)\b|\bgenehmigen sie\b|\bgeben sie (?:\w+ ){0,3}frei\b"
    ),
    (
        r"(?:\bmerci (?:de |d')|\bveuillez\b|\bsvp\b|\bs'il (?:vous|te) pla[iî]t\b|\bprière (?:de |"
        r"d'))[\s,]*(?:\w+\s+)?(?:approuv|autoris|accept|valid|confirm)\w*|\bapprouvez\b|\bautorisez\b"
    ),
    (
        r"(?:\bpor favor\b|\bfavor de\b|\bse ruega\b|\ble pido que\b)[\s,]*(?:\w+\s+)?(?:aprueb|aprob|autori|acept|"
        r"permit|confirm)\w*|\bapru[eé]be(?:lo|la)\b"
    ),
    (
        r"(?:\bper favore\b|\bper piacere\b|\bsi prega di\b|\bvi prego di\b|\bla prego di\b)[\s,]*(?:\w+\s+)?(?:approv|"
        r"autorizz|accett|conferm)\w*"
    ),
    r"(?:\bpor favor\b|\bfavor\b|\bpeço que\b)[\s,]*(?:\w+\s+)?(?:aprov|autoriz|aceit|permit|confirm)\w*",
    (
        r"(?:\bgraag\b|\bgelieve\b|\balstublieft\b|\balsjeblieft\b|\baub\b)[\s,]*(?:\w+\s+){0,4}?(?:goedkeur\w*|"
        r"goed te keuren|akkoord|toestaan|accepteren|keur\w*)|\bkeur (?:dit|deze|het) (?:\w+ )?goed\b"
    ),
    (
        r"\bproszę\b[\s,]*(?:o\s+)?(?:\w+\s+)?(?:zatwierdz|zaakcept|akcept|zgod)\w*|"
        r"\blütfen\b[\s,]*(?:\w+\s+){0,3}?(?:onayla|izin ver|kabul et)\w*|\bvänligen\b[\s,]*(?:godkänn|tillåt)\w*"
    ),
    r"(?:пожалуйста|прошу|просьба)[\s,]*(?:\w+\s+){0,2}?(?:одобр|разреш|утверд|подтверд|соглас)\w*|одобрьте",
    (
        r"(?:请|請|麻烦|务必)(?:您|你)?(?:尽快|立即|马上|直接|务必|迅速|帮忙)?(?:批准|同意|通过|审批|允许|授权|核准|"
        r"放行|"
        r"点击)"
    ),
    r"(?:承認|許可|同意)(?:を|して)?(?:ください|下さい|お願い|頂)|ご承認|ご許可",
    r"승인(?:을|해|하여)?\s?(?:주세요|주십시오|바랍니다|부탁)|허\uac00해\s?주",
)
_WHO = (
    r"user|human|owner|manager|boss|admin(?:istrator)?|reviewer|approver|supervisor|lead|director|ceo|cfo|cto|"
    r"finance|legal|compliance|security|management|accounting|leadership|operator"
)
_CLAIM = (
    (
        r"\b(?:already|previously|pre-?|beforehand) ?(?:been |was |were |got )?(?:approved|authori[sz]ed|signed off|"
        r"green-?lit|cleared|okayed|consented)\b"
    ),
    (
        rf"\b(?:{_WHO})s?(?:'s)?\b (?:\w+ )?(?:has |have |had |already |just |fully )*(?:approved|authori[sz]ed|"
        rf"signed off|okayed|ok'?d|green-?lit|consented|agreed|granted (?:approval|permission|consent)|"
        r"gave (?:\w+ )?(?:approval|permission|consent|the go-ahead|(?:the |their |his |her )?ok(?:ay)?)|"
        r"given (?:\w+ )?(?:approval|permission|consent))\b"
    ),
    (
        r"\b(?:has|have|had|was|were|is|are)(?: already| fully| just| now)? (?:been )?(?:approved|authori[sz]ed|"
        r"signed off|green-?lit) (?:by|already|yesterday|earlier|before|last|in (?:chat|advance|writing)|verbally)\b"
    ),
    (
        r"(?:^|[.:;,(]\s*)(?:pre-?)?approved (?:by|in|on|yesterday|earlier|verbally|via)\b|\byou (?:have |had |"
        r"already |"
        r"just )*(?:approved|authori[sz]ed|agreed to) (?:this|it|the|that|these|such|all)\b|"
        r"\b(?:with|under|has|have) (?:(?:full|prior|explicit|verbal|written|standing|existing|previous) )+(?:approval|"
        r"authori[sz]ation|consent|permission|sign-?off)\b|\b(?:approval|permission|consent|sign-?off) (?:was |"
        r"has been |"
        r"is )?(?:already )?(?:granted|obtained|given|received|secured|confirmed)\b"
    ),
    (
        r"\b(?:bereits|schon|vorab|längst)\b (?:\w+ ){0,4}?(?:genehmigt|freigegeben|bewilligt|abgesegnet|zugestimmt|"
        r"autorisiert|abgenommen)|\bhat (?:\w+ ){0,4}?(?:genehmigt|freigegeben|bewilligt|abgesegnet|zugestimmt)\b|"
        r"\b(?:genehmigt|freigegeben|bewilligt) (?:von|durch)\b|\bvorab ?genehmigt"
    ),
    (
        r"\b(?:déjà|préalablement)\b (?:\w+ ){0,3}?(?:approuv|valid|autoris|accept)\w*|\b(?:approuv|"
        r"autoris)ée?s? par\b|"
        r"\ba (?:déjà )?(?:approuvé|donné son (?:accord|approbation|feu vert))\b"
    ),
    (
        r"\b(?:ya|previamente)\b (?:\w+ ){0,3}?(?:aprob|autoriz|acept)\w*|\b(?:aprobad|autorizad)[oa]s? por\b|"
        r"\bcuenta con (?:la )?(?:aprobación|autorización)\b|\bdio su (?:aprobación|visto bueno)\b"
    ),
    (
        r"\b(?:già|precedentemente)\b (?:\w+ ){0,3}?(?:approvat|autorizzat)\w*|\b(?:approvat|autorizzat)[oaie] (?:da|"
        r"dal|"
        r"dalla)\b"
    ),
    (
        r"\b(?:já|previamente)\b (?:\w+ ){0,3}?(?:aprovad|aprovou|autorizad|autorizou)\w*|\b(?:aprovad|"
        r"autorizad)[oa]s? (?:por|pel[oa])\b"
    ),
    (
        r"\b(?:al|reeds)\b (?:\w+ ){0,3}?goedgekeurd|\bgoedgekeurd door\b|\bjuż (?:\w+ ){0,2}?(?:zatwierdz|"
        r"zaakcept)\w*|"
        r"\bzaten (?:\w+ )?onayla\w*|\bredan godkän\w*"
    ),
    r"уже\s+(?:\w+\s+){0,3}?(?:одобр|согласов|утвержд|разреш)\w*|(?:одобрен|согласован)\w* (?:руковод|директ|менедж)",
    (
        r"(?:已|已经|早已|事先|已經)(?:经|获|获得|得到|取得|经由)?.{0,8}?(?:批准|授权|审批通过|核准|批过)|(?:用户|经理|"
        r"主管|领导|老板|管理员|审批人).{0,4}(?:已|已经).{0,3}同意"
    ),
    r"(?:既に|すでに|事前に).{0,10}(?:承認|許可)|承認済|承認を得て|이미.{0,8}(?:승인|허\uac00)|승인을? 받았",
)
_ORDER = (
    (
        r"\b(?:note|message|memo|instructions?|attention|dear|hey|hi|hello)\b[\s,:]*(?:to |for )?(?:the )?(?:reviewer|"
        r"approver|moderator)s?\b|^\W*(?:reviewer|approver)s?\s*[:,]|\b(?:reviewer|approver)s? (?:should|must|can|may|"
        r"needs? to|has to|is asked to)\b"
    ),
    (
        r"\b(?:do not|don't|never|please don't|must not|no need to|needn't|without) (?:you )?(?:\w+ )?(?:reject|deny|"
        r"decline|refuse|block|question|review|check|inspect|verify|double-check|look (?:at|into)|read|hesitate|worry|"
        r"delay)(?:ing)?\b(?! (?:out|in|the (?:customer|client)))"
    ),
    (
        r"\b(?:no|without) (?:further |any |additional |more )*(?:review|check|checks|verification|questions?) (?:is |"
        r"are )?(?:needed|necessary|required|asked)\b|\bnothing to (?:review|check|worry)\b|\btrust me\b|"
        r"\brubber[- ]?stamp\w*"
    ),
    (
        r"\b(?:ignore|disregard|forget|override|bypass|skip) (?:all |any |the |your |this |previous |prior |"
        r"above )*(?:instructions?|warnings?|polic(?:y|ies)|rules?|checks?|review|safeguards?|guidelines?)\b|"
        r"\bsystem prompt\b|\bauto-?approve\b"
    ),
    (
        r"\b(?:click|press|hit|choose|select|tick) (?:on )?(?:the )?[\"'\u201c]?(?:approve|allow|accept|always allow|"
        r"confirm|yes)\b|\balways allow\b|\bchoose allow\b"
    ),
    (
        r"\bnicht (?:ablehnen|prüfen|hinterfragen)\b|\bkeine (?:weitere )?(?:prüfung|kontrolle) (?:nötig|erforderlich|"
        r"notwendig)\b|\bohne (?:weitere )?(?:prüfung|rückfrage)\b|\ban den (?:prüfer|genehmiger)\b"
    ),
    (
        r"\bne (?:pas )?(?:refus|rejet)\w*\b|\b(?:pas besoin|inutile) de vérifi\w*|\bno (?:lo |la )?(?:rechac|"
        r"deniegu)\w*|\bsin (?:más )?revis\w*|\bno (?:es|hace) (?:necesario|falta) revis\w*|\bnon (?:rifiut|respin)\w*|"
        r"\bnão (?:rejeit|recus)\w*"
    ),
    (
        r"无需(?:再)?(?:审核|审查|检查|审批|核实)|不要(?:拒绝|驳回)|请勿(?:拒绝|驳回)|直接通过|审核(?:员|"
        r"人)[:\uff1a,\uff0c]|拒否しない|確認は?不要|без проверки|не отклоня\w*"
    ),
)
_END = re.compile(r"[.!?;:\n](?=\s)|[。！？；]")
_A_REVIEW = re.compile(r"\bpull request|\bmerge request|\bprs?\b|\bmrs?\b|\breviewers\b|\bcode review|\bpatch\b")


@remembered(512)
def pressure_in(folded: str) -> tuple[str, str] | None:
    """What a folded text pushes with, and the words that do it; None when it only informs."""
    for kind, patterns in _patterns():
        matches = [match for pattern in possible(patterns, folded) for match in pattern.finditer(folded)]
        for match in sorted(matches, key=re.Match.start):
            around = _sentence(folded, match.start(), match.end())
            if (
                kind == "claims that it was approved before"
                and _A_REVIEW.search(around)
                and "reviewer" not in match.group()
            ):
                continue
            return kind, folded[max(0, match.start() - 20) : match.end() + 20].strip()
    return None


def _sentence(text: str, start: int, stop: int) -> str:
    """The sentence around a match, or what of it stands near by."""
    before, after = text[max(0, start - 80) : start], text[stop : stop + 80]
    return _END.split(before)[-1] + text[start:stop] + _END.split(after)[0]


@cache
def _patterns() -> tuple[tuple[str, Sequence[Pattern]], ...]:
    return (
        ("pleads for approval", [compiled(plea) for plea in _PLEA]),
        ("claims that it was approved before", [compiled(claim) for claim in _CLAIM]),
        ("tells the reviewer what to do", [compiled(order, re.MULTILINE) for order in _ORDER]),
    )
