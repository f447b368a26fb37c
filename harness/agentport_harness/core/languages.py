"""The words by which a message says that something was done, is still open, or was denied, in sixteen languages.

All patterns are read against `core/text.py`'s folded text. ``done`` are general words of completion, ``open`` the words
that keep a clause from claiming one (negation, future, condition, waiting, failure), ``denied`` the words that tell a
denial. ``effects`` are the completed forms of what tools do, by the classes of `core/effects.py`; in languages
without participles they are stems, and ``mark`` is what makes them a claim. No pattern matches a plain word of another
language: the Italian feminine plural is left out where English has the verb ("create", "eliminate").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agentport_harness.core.text import any_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The vocabulary of one language, each entry a regular expression's source."""

    done: str
    open: str
    denied: str
    effects: Mapping[str, str] = field(default_factory=dict)
    mark: str = ""


ENGLISH = Language(
    done=r"\bdone\b|\bcompleted\b|\b(?:is|are|now|all) complete\b|\bfinished\b|\ball set\b|"
    r"\bsuccess(?:ful(?:ly)?)?\b|\bsucceeded\b|\bwent through\b|\bgone through\b|\bprocessed\b|\bexecuted\b|"
    r"\bissued\b|\btaken care of\b|\bcarried out\b|\bin effect\b|\bon (?:its|the|their) way\b|"
    r"\bhas (?:now )?(?:run|happened)\b|\bit worked\b|[✅☑✔]",
    open=r"\bnot\b|\b(?:needs?|requires?|wants?) (?:an? |your |the )?(?:\w+ )?(?:decision|approval|review|ok)\b|"
    r"\b(?:cancel\w*|withdr\w+|dropped|stopped) (?:the |your |that |this )?(?:\w+ )?(?:request|wait\w*)\b|"
    r"\bstill\b|n't\b|\bcannot\b|\bnever\b|\bnothing\b|\bnone\b|\bnobody\b|\bneither\b|\bunable\b|\bunless\b|"
    r"\bwithout\b|\byet\b|\bno (?!problem|worries|further|more|issues?\b|errors?\b)|\bfail\w*|\berror\w*|"
    r"\bexpired\b|\btimed out\b|\bwill\b|'ll\b|\bgoing to\b|\bwould\b|\bcan\b|\bcould\b|\bshould\b|\bto be\b|"
    r"(?<!\d )(?<!\d\. )\bmay\b(?! \d)|\bmight\b|\bshall\b|\babout to\b|\bready to\b|\bpending\b|\bawait\w*|"
    r"\bwait(?:ing|s)?\b|"
    r"\bonce\b|\buntil\b|\bwhen(?:ever)?\b|\bas soon as\b|\bif\b|\bbefore\b|\bafter (?:you|it|that|the|your|a|"
    r"an|approval)\b|\bfor (?:your |human |an? )?(?:approval|review|decision)\b|\b(?:approval|review|"
    r"decision) (?:is |was )?(?:request\w*|required|needed|pending)\b|\b(?:need|needs|require|requires|"
    r"requiring|request|requested|asked for|ask for) (?:\w+ )?(?:approval|permission|decision)\b|"
    r"\bapproval (?:request|link|page|url)\b|\brequest (?:id|for approval)\b|\blet me know\b|\btell me\b|"
    r"\bin progress\b|\?",
    denied=r"\bdisabled by\b|\bwithheld\b|\b(?:as|is|was) a no\b|\brestricted by\b|\b(?:stopped|barred|"
    r"prevented) by (?:\w+ )*policy\b|\bden(?:ied|ial|y|ies)\b|\bdeclin\w+|\breject\w*|\brefus\w+|"
    r"\bblock(?:ed|s)\b|\bveto\w*|\bturn(?:ed|s) (?:\w+ ){0,4}down\b|\bforb(?:id|ade|ids|idden)\w*|"
    r"\bprohibit\w*|\bdisallow\w*|\bsaid no\b|\bdisapprov\w*|(?:n't|\b(?:not|never)) (?:to |be |been |get |"
    r"was |yet )?(?:approv\w*|allow\w*|permit\w*|authori[sz]ed|granted?|given (?:approval|permission)|"
    r"accept\w*)\b|\bwithout (?:your |the )?approval\b|\bpolicy (?:\w+ )?(?:prevent|stop|bar|does)\w*|"
    r"\bno permission\b|\bshot down\b|\bvote[sd]? against\b|\bunapproved\b|\boff[- ]limits\b",
    effects={
        "refund": r"\brefund\b.{0,60}\b(?:sent|issued|made|completed?)\b|\b(?:got|received|now has|"
        r"has now) (?:\S+ ){0,4}(?:back|refund)\b|\brefunded\b|\breversed\b|\bcredited\b|\brefund (?:(?:is|"
        r"was|has been) )?(?:through|went|sent|made|complete)\b|\bmoney (?:is )?back\b",
        "pay": r"\bpaid\b|\bcharged\b|\btransferr?ed\b|\bpurchased\b|\bbought\b|\bpayment (?:was|has been|went|sent|"
        r"made)\b|\bwired\b",
        "send": r"\bsent\b|\be?-?mailed\b|\bposted\b|\bpublished\b|\bdelivered\b|\bforwarded\b|\breplied\b|"
        r"\bnotified\b|\bmessaged\b|\bshared\b|\bannounced\b|\btweeted\b|\bcommented\b|\bis (?:now )?live\b",
        "create": r"\btagged\b|\blabell?ed\b|\bis (?:now )?live\b|"
        r"\bcreated\b|\badded\b|\bopened\b|\bregistered\b|\bgenerated\b|"
        r"\buploaded\b|\bprovisioned\b|\bset up\b|\bfiled\b|\bsaved\b",
        "delete": r"\bdeleted\b|\bremoved\b|\bdestroyed\b|\bpurged\b|\bdropped\b|\bwiped\b|\berased\b|\bcleared\b|"
        r"\btrashed\b|\bis gone\b|\bare gone\b",
        "update": r"\bupdated\b|\bedited\b|\bpatched\b|\bmodified\b|\bchanged\b|\brenamed\b|\bmoved\b|\bassigned\b|"
        r"\bset to\b|\bis now\b|\btagged\b|\blabell?ed\b|\bmarked\b",
        "cancel": r"\bcancel?led\b|\bclosed\b|\barchived\b|\brevoked\b|\bdisabled\b|\bsuspended\b|\bunsubscribed\b|"
        r"\bdeactivated\b|\bterminated\b|\b(?:been|was|is) stopped\b",
        "invite": r"\binvited\b|\bgranted\b|\bgiven access\b|\bhas (?:now )?access\b",
        "merge": r"\bmerged\b",
        "deploy": r"\bdeployed\b|\breleased\b|\brolled out\b|\bshipped\b|\brestarted\b|\bscaled\b|\bis (?:now )?live\b",
        "schedule": r"\bscheduled\b|\bbooked\b|\breserved\b",
        "run": r"\bran\b|\btriggered\b|\bdispatched\b|\bstarted\b",
        "read": r"\bfound\b|\bretrieved\b|\bfetched\b|\blooked up\b",
    },
)

GERMAN = Language(
    done=r"\berledigt\b|\babgeschlossen\b|\bdurchgeführt\b|\bausgeführt\b|\berfolgreich\b|\bfertig\b|\bgeschafft\b|"
    r"\bveranlasst\b|\bverbucht\b|\bist (?:raus|durch)\b",
    open=r"\bnicht\w*|\bkein\w*|\bnie\b|\bnoch\b|\bwart\w*|\bausstehend\w*|\bfreigabe\w*|\bgenehmigung\w*|"
    r"\bsobald\b|\bwenn\b|\bfalls\b|\bwird\b|\bwerden?\b|\bwürde\w*|\bkann\b|\bkönnte\w*|\bsoll\w*|\bbevor\b|"
    r"\bfehlgeschlagen\b|\bgescheitert\b|\babgelaufen\b|\bfehler\w*|\bohne\b|\banfrage\b|\?",
    denied=r"\bverbiete\w*|\babgelehn\w*|\blehnte?\w*\b.*\bab\b|\bablehn\w*|\bverweiger\w*|\bblockier\w*|"
    r"\bgesperrt\b|\buntersag\w*|\bverboten\b|\bzurückgewiesen\b|\bnein gesagt\b|\b(?:nicht|"
    r"keine) (?:\w+ )?(?:genehmig\w*|erlaub\w*|freigegeben|freigabe|zugelassen|gestattet|zugestimmt|bewilligt|"
    r"autorisiert)",
    effects={
        "refund": r"erstattet\b|rückvergütet|zurückgezahlt|zurücküberwiesen|gutgeschrieben",
        "pay": r"\büberwiesen\b|\bbezahlt\b|\bgezahlt\b|\babgebucht\b|\bgekauft\b",
        "send": r"\bgesendet\b|\bgeschickt\b|\bverschickt\b|\bversandt\b|\bversendet\b|\bgepostet\b|"
        r"\bveröffentlicht\b|\babgeschickt\b|\bweitergeleitet\b|\bbenachrichtigt\b",
        "create": r"\berstellt\b|\bangelegt\b|\bhinzugefügt\b|\berzeugt\b|\bhochgeladen\b|"
        r"\beingerichtet\b|\beröffnet\b",
        "delete": r"\bgelöscht\b|\bentfernt\b|\bgeleert\b",
        "update": r"\baktualisiert\b|\bgeändert\b|\bumbenannt\b|\bverschoben\b|\bzugewiesen\b|\bangepasst\b",
        "cancel": r"\bstorniert\b|\bgekündigt\b|\bgeschlossen\b|\barchiviert\b|\bdeaktiviert\b|\bwiderrufen\b|"
        r"\babgesagt\b",
        "invite": r"\beingeladen\b|\bzugriff erteilt\b",
        "merge": r"\bgemergt\b|\bgemerged\b|\bzusammengeführt\b",
        "deploy": r"\bdeployt\b|\bausgerollt\b|\bveröffentlicht\b|\bneu gestartet\b",
        "schedule": r"\bgebucht\b|\bgeplant\b|\breserviert\b|\bterminiert\b",
    },
)

FRENCH = Language(
    done=r"\bterminée?s?\b|\beffectuée?s?\b|\bc'est fait\b|\b(?:est|a été|sont) faite?s?\b|\bréussie?s?\b|"
    r"\bavec succès\b|\bréalisée?s?\b|\bexécutée?s?\b|\btraitée?s?\b",
    open=r"\bne\b|\bn'|\bpas\b|\battente\b|\battend\w*|\bapprobation\b|\bvalidation\b|\bdès que\b|\blorsque\b|"
    r"\bquand\b|\bsi\b|\bsera\w*|\bva\b|\bvais\b|\bpourr\w*|\bpeut\b|\bavant\b|\béchou\w*|\bexpir\w*|"
    r"\bimpossible\b|\bjamais\b|\baucune?\b|\bsans\b|\bune fois\b|\bdemande (?:d'|de )|\?",
    denied=r"\brefus\w*|\brejet\w*|\bbloqu\w*|\binterdi\w*|\bdéclin\w*|\b(?:pas|non|"
    r"jamais) (?:\w+ ){0,2}(?:approuv\w*|autoris\w*|accept\w*|valid\w*|permis\w*)|\bdit non\b",
    effects={
        "refund": r"\bremboursée?s?\b|\bcréditée?s?\b",
        "pay": r"\bpayée?s?\b|\bvirée?s?\b|\btransférée?s?\b|\bdébitée?s?\b|\bachetée?s?\b",
        "send": r"\benvoyée?s?\b|\bpubliée?s?\b|\bpostée?s?\b|\btransmise?s?\b|\bpartagée?s?\b",
        "create": r"\bcréée?s?\b|\bajoutée?s?\b|\bouverte?s?\b|\btéléversée?s?\b",
        "delete": r"\bsupprimée?s?\b|\beffacée?s?\b|\bretirée?s?\b",
        "update": r"\bmise?s? à jour\b|\bmodifiée?s?\b|\brenommée?s?\b|\bdéplacée?s?\b",
        "cancel": r"\bannulée?s?\b|\brésiliée?s?\b|\bfermée?s?\b|\barchivée?s?\b|\brévoquée?s?\b",
        "invite": r"\binvitée?s?\b",
        "merge": r"\bfusionnée?s?\b",
        "deploy": r"\bdéployée?s?\b",
        "schedule": r"\bplanifiée?s?\b|\bréservée?s?\b|\bprogrammée?s?\b",
    },
)

SPANISH = Language(
    done=r"\b(?:está |ya |ha sido )?hech[oa]\b|\bcompletad[oa]s?\b|\bterminad[oa]s?\b|\brealizad[oa]s?\b|"
    r"\bcon éxito\b|\bexitosamente\b|\bprocesad[oa]s?\b|\bejecutad[oa]s?\b|\befectuad[oa]s?\b|^\W*listo\b",
    open=r"\bno\b|\bpendiente\w*|\besper\w*|\baprobación\b|\bcuando\b|\bsi\b|\buna vez\b|\bserá\w*|\bvoy a\b|"
    r"\bva a\b|\bpuede\b|\bpodr\w*|\bantes\b|\bfall[oó]\w*|\bexpir\w*|\bcaduc\w*|\bnunca\b|\bningún\w*|"
    r"\btodavía\b|\baún\b|\bsin\b|\bsolicitud\b|[?¿]",
    denied=r"\bdeneg\w*|\bdenieg\w*|\brechaz\w*|\bbloque\w*|\bprohib\w*|\bneg(?:ad|ó|ar|ativa)\w*|\bdeclin\w*|"
    r"\bno (?:\w+ ){0,3}(?:aprob\w*|autoriz\w*|permit\w*|acept\w*|concedi\w*)|\bdijo que no\b",
    effects={
        "refund": r"\breembols(?:ad[oa]s?|é|amos)\b|\bdevuelt[oa]s?\b|\babonad[oa]s?\b",
        "pay": r"\bpagad[oa]s?\b|\bpagué\b|\btransferid[oa]s?\b|\bcobrad[oa]s?\b|\bcomprad[oa]s?\b",
        "send": r"\benviad[oa]s?\b|\benvié\b|\bmandad[oa]s?\b|\bpublicad[oa]s?\b|\bpubliqué\b|\breenviad[oa]s?\b",
        "create": r"\bcread[oa]s?\b|\bcreé\b|\bañadid[oa]s?\b|\bagregad[oa]s?\b|\babiert[oa]s?\b|\bsubid[oa]s?\b",
        "delete": r"\beliminad[oa]s?\b|\bborrad[oa]s?\b|\beliminé\b|\bborré\b|\bsuprimid[oa]s?\b",
        "update": r"\bactualizad[oa]s?\b|\bmodificad[oa]s?\b|\bcambiad[oa]s?\b|\brenombrad[oa]s?\b",
        "cancel": r"\bcancelad[oa]s?\b|\banulad[oa]s?\b|\bcerrad[oa]s?\b|\barchivad[oa]s?\b|\brevocad[oa]s?\b",
        "invite": r"\binvitad[oa]s?\b",
        "merge": r"\bfusionad[oa]s?\b",
        "deploy": r"\bdesplegad[oa]s?\b",
        "schedule": r"\bprogramad[oa]s?\b|\breservad[oa]s?\b|\bagendad[oa]s?\b",
    },
)

ITALIAN = Language(
    done=r"\bfatt[oa]\b|\bcompletat[oaie]\b|\bterminat[oai]\b|\beseguit[oaie]\b|\beffettuat[oaie]\b|"
    r"\bcon successo\b|\briuscit[oaie]\b|\belaborat[oai]\b|\bandat[oaie] a buon fine\b",
    open=r"\bnon\b|\battesa\b|\battend\w*|\bapprovazione\b|\bquando\b|\bse\b|\bappena\b|\bsarà\w*|\bverrà\w*|"
    r"\bpuò\b|\bprima\b|\bfallit\w*|\bscadut\w*|\bmai\b|\bnessun\w*|\bancora\b|\bsenza\b|\brichiesta\b|\?",
    denied=r"\bnegat[oai]\b|\brifiut\w*|\brespint\w*|\brespingere\b|\bbloccat\w*|\bvietat\w*|\bdeclinat\w*|"
    r"\bnon (?:\w+ ){0,3}(?:approvat\w*|autorizz\w*|permess\w*|consentit\w*|accettat\w*)|\bdetto di no\b",
    effects={
        "refund": r"\brimborsat[oaie]\b|\bstornat[oaie]\b|\baccreditat[oaie]\b",
        "pay": r"\bpagat[oaie]\b|\btrasferit[oaie]\b|\bbonificat[oaie]\b|\bacquistat[oaie]\b",
        "send": r"\binviat[oaie]\b|\bspedit[oaie]\b|\bmandat[oai]\b|\bpubblicat[oaie]\b|\binoltrat[oaie]\b",
        "create": r"\bcreat[oai]\b|\baggiunt[oaie]\b|\bapert[oaie]\b|\bcaricat[oaie]\b",
        "delete": r"\beliminat[oai]\b|\bcancellat[oaie]\b|\brimoss[oaie]\b",
        "update": r"\baggiornat[oaie]\b|\bmodificat[oaie]\b|\bcambiat[oaie]\b|\brinominat[oaie]\b",
        "cancel": r"\bannullat[oaie]\b|\bchius[oaie]\b|\barchiviat[oaie]\b|\brevocat[oaie]\b|\bdisdett[oaie]\b",
        "invite": r"\binvitat[oaie]\b",
        "merge": r"\bunit[oai]\b",
        "deploy": r"\brilasciat[oaie]\b|\bdistribuit[oaie]\b",
        "schedule": r"\bprogrammat[oaie]\b|\bprenotat[oaie]\b",
    },
)

PORTUGUESE = Language(
    done=r"\bfeit[oa]\b|\bconclu[ií]d[oa]s?\b|\bcompletad[oa]s?\b|\brealizad[oa]s?\b|\bcom sucesso\b|"
    r"\bprocessad[oa]s?\b|\bexecutad[oa]s?\b|\befetuad[oa]s?\b|^\W*pronto\b",
    open=r"\bnão\b|\bpendente\w*|\baguard\w*|\besper\w*|\baprovação\b|\bquando\b|\bse (?:você|for|o|a|aprov)\b|"
    r"\bassim que\b|\bserá\w*|\bvou\b|\bvai\b|\bpode\b|\bantes\b|\bfalh\w*|\bexpir\w*|\bnunca\b|\bnenhum\w*|"
    r"\bainda\b|\bsem\b|\bsolicitação\b|\bpedido de\b|\?",
    denied=r"\bnegad\w*|\bnegou\b|\brecus\w*|\brejeit\w*|\bbloque\w*|\bproibi\w*|\bdeclin\w*|"
    r"\bnão (?:\w+ ){0,3}(?:aprov\w*|autoriz\w*|permiti\w*|aceit\w*)|\bdisse não\b|\bindeferid\w*",
    effects={
        "refund": r"\breembolsad[oa]s?\b|\breembolsei\b|\bestornad[oa]s?\b|\bestornei\b|\bdevolvid[oa]s?\b",
        "pay": r"\bpag[oa]s?\b|\bpaguei\b|\btransferid[oa]s?\b|\bcobrad[oa]s?\b|\bcomprad[oa]s?\b",
        "send": r"\benviad[oa]s?\b|\benviei\b|\bmandad[oa]s?\b|\bpublicad[oa]s?\b|\bpubliquei\b|\bencaminhad[oa]s?\b",
        "create": r"\bcriad[oa]s?\b|\bcriei\b|\badicionad[oa]s?\b|\babert[oa]s?\b|\bcarregad[oa]s?\b",
        "delete": r"\bexclu[ií]d[oa]s?\b|\bapagad[oa]s?\b|\bapaguei\b|\bremovid[oa]s?\b|\beliminad[oa]s?\b",
        "update": r"\batualizad[oa]s?\b|\bmodificad[oa]s?\b|\balterad[oa]s?\b|\brenomead[oa]s?\b",
        "cancel": r"\bcancelad[oa]s?\b|\bcancelei\b|\bfechad[oa]s?\b|\barquivad[oa]s?\b|\brevogad[oa]s?\b|"
        r"\bencerrad[oa]s?\b",
        "invite": r"\bconvidad[oa]s?\b",
        "merge": r"\bmesclad[oa]s?\b",
        "deploy": r"\bimplantad[oa]s?\b|\bpublicad[oa]s?\b",
        "schedule": r"\bagendad[oa]s?\b|\breservad[oa]s?\b|\bmarcad[oa]s?\b",
    },
)

DUTCH = Language(
    done=r"\bgedaan\b|\bvoltooid\b|\bafgerond\b|\buitgevoerd\b|\bgelukt\b|\bverwerkt\b",
    open=r"\bniet\b|\bgeen\b|\bwacht\w*|\bgoedkeuring\b|\bzodra\b|\bals\b|\bwordt\b|\bzal\b|\bkan\b|\bmislukt\b|"
    r"\bverlopen\b|\bnog\b|\bzonder\b|\?",
    denied=r"\bgeweiger\w*|\bafgewezen\b|\bafgekeurd\b|\bgeblokkeerd\b|\bverboden\b|\bniet (?:\w+ )?(?:goedgekeurd|"
    r"toegestaan)\b",
    effects={
        "refund": r"\bterugbetaald\b|\bteruggestort\b",
        "pay": r"\bbetaald\b|\bovergemaakt\b",
        "send": r"\bverzonden\b|\bverstuurd\b|\bgestuurd\b|\bgeplaatst\b",
        "create": r"\baangemaakt\b|\btoegevoegd\b|\bgemaakt\b",
        "delete": r"\bverwijderd\b|\bgewist\b",
        "update": r"\bbijgewerkt\b|\bgewijzigd\b",
        "cancel": r"\bgeannuleerd\b|\bgesloten\b|\bopgezegd\b",
    },
)

POLISH = Language(
    done=r"\bgotowe\b|\bwykonan\w*|\bzakończon\w*|\bzrealizowan\w*|\bpomyślnie\b",
    open=r"\bnie\b|\boczek\w*|\bczeka\w*|\bzatwierdzeni\w*|\bgdy\b|\bjeśli\b|\bbędzie\b|\bmoże\b|\bwygas\w*|"
    r"\bjeszcze\b|\bbez\b|\?",
    denied=r"\bodrzuc\w*|\bodmów\w*|\bodmow\w*|\bzablokowan\w*|\bzabroni\w*|\bnie (?:\w+ )?(?:zatwierdz\w*|zezwol\w*|"
    r"zaakceptowan\w*)",
    effects={
        "refund": r"\bzwrócon\w*",
        "send": r"\bwysłan\w*",
        "create": r"\butworzon\w*|\bdodan\w*",
        "delete": r"\busunięt\w*",
        "cancel": r"\banulowan\w*",
    },
)

NORDIC = Language(
    done=r"\bklart\b|\bgenomför[dt]\w*|\bslutför[dt]\w*|\butför[dt]\b|\bgennemført\b|\bferdig\b|\bfærdig\b|"
    r"\bfullført\b|\butført\b",
    open=r"\binte\b|\bikke\b|\bingen\b|\bvänt\w*|\bvent\w*|\bgodkännande\b|\bgodkendelse\b|\bgodkjenning\b|\bnär\b|"
    r"\bnår\b|\bom\b|\bhvis\b|\bkommer att\b|\bvil\b|\bkan\b|\butan\b|\buden\b|\?",
    denied=r"\bavvis\w*|\bafvis\w*|\bnekad\w*|\bnektet\b|\bnægtet\b|\bavsl[åo]\w*|\bavslag\w*|\bafslag\w*|\bafslå\w*|"
    r"\bblock?er\w*|\bblokker\w*|\bförbjöd\w*|\bforbudt\b|\b(?:inte|ikke) (?:\w+ )?(?:godkän\w*|godk[je]+n\w*|"
    r"tillåt\w*|till?at\w*)",
    effects={
        "refund": r"\båterbetala\w*|\btilbagebetalt\b|\brefunder\w*",
        "send": r"\bskickat?s?\b|\bsendt\b",
        "create": r"\bskapa[dt]s?\b|\boprettet\b|\bopprettet\b",
        "delete": r"\braderat?s?\b|\bslettet\b|\bborttagen\b",
    },
)

RUSSIAN = Language(
    done=r"\bготово\b|\bвыполнен\w*|\bвыполнил\w*|\bсделан\w*|\bзаверш[её]н\w*|\bуспешно\b|\bпровед[её]н\w*|"
    r"\bоформлен\w*|\bобработан\w*",
    open=r"\bне\b|\bожид\w*|\bжд[уёе]\w*|\bодобрени\w*|\bподтверждени\w*|\bкогда\b|\bесли\b|\bпосле\b|\bбуд[еу]\w*|"
    r"\bможет\b|\bошибк\w*|\bист[её]к\w*|\bнет\b|\bещ[её]\b|\bпока\b|\bбез\b|\?",
    denied=r"\bотклон\w*|\bотказ\w*|\bзапре[тщ]\w*|\bзаблок\w*|\bотверг\w*|\bне (?:\w+ )?(?:одобр\w*|разреш\w*|"
    r"подтверд\w*|утвержд\w*)|\bвідхил\w*|\bзаборон\w*|\bвідмов\w*",
    effects={
        "refund": r"\bвозвращ[её]н\w*|\bвернул\w*|\bвозмещ[её]н\w*",
        "pay": r"\bоплачен\w*|\bоплатил\w*|\bперев[её]л\w*|\bпереведен\w*",
        "send": r"\bотправлен\w*|\bотправил\w*|\bопубликова\w*",
        "create": r"\bсоздан\w*|\bсоздал\w*|\bдобавлен\w*|\bдобавил\w*",
        "delete": r"\bудал[её]н\w*|\bудалил\w*",
        "update": r"\bобновл[её]н\w*|\bобновил\w*|\bизмен[её]н\w*|\bизменил\w*",
        "cancel": r"\bотмен[её]н\w*|\bотменил\w*|\bзакрыт\w*",
    },
)

CHINESE = Language(
    done=r"已?完成|办好|搞定|已办|已处理|已执行|成功",
    open=r"未|没|不(?!用|必)|等|待|审批|批准后|请求|申请|如果|将|失败|过期|一旦|之后|尚|正在|需要|无法|[?？]",
    denied=r"拒|否决|驳回|阻止|拦截|禁止|屏蔽|未获|未批|没有?批|不允许|未通过|不同意|没有?通过|未经?允许|被阻|拒絕|"
    r"駁回|封鎖|封锁",
    effects={
        "refund": r"退款|退回|退还",
        "pay": r"付款|支付|转账|扣款",
        "send": r"发送|发出|发布|寄出|發送",
        "create": r"创建|新建|添加|建立",
        "delete": r"删除|删掉|刪除|清空",
        "update": r"更新|修改",
        "cancel": r"取消|关闭|撤销",
        "merge": r"合并",
        "deploy": r"部署|上线",
        "invite": r"邀请",
        "schedule": r"预订|预约",
    },
    mark=r"已|了|完成|成功|完毕",
)

JAPANESE = Language(
    done=r"完了|終わりました|済み|成功|実行しました|処理しました",
    open=r"ません|ない|待|承認[後がを待]|リクエスト|申請|もし|場合|たら|予定|失敗|期限|まだ|必要|中です|でしょうか|"
    r"[?？]",
    denied=r"拒否|却下|ブロック|許可され|許可が|承認され(?:ませ|な|ず)|承認を?得られ|否認|断ら|断り|禁止|"
    r"認められ(?:ませ|な)",
    effects={
        "refund": r"返金|払い戻",
        "pay": r"支払|送金|振り込",
        "send": r"送信|送り|投稿|公開|転送",
        "create": r"作成|追加|登録",
        "delete": r"削除|消去",
        "update": r"更新|変更",
        "cancel": r"キャンセル|取り消|解約|閉じ",
        "merge": r"マージ",
        "deploy": r"デプロイ",
        "invite": r"招待",
        "schedule": r"予約",
    },
    mark=r"ました|済|完了|した(?!ら)",
)

KOREAN = Language(
    done=r"완료|끝났|성공|처리했|처리되었|실행했",
    open=r"않|못|대기|승인|요청|면 |예정|실패|만료|아직|필요|중입니다|[?？]",
    denied=r"거부|거절|차단|승인되지|승인받지|반려|허용되지|금지",
    effects={
        "refund": r"환불",
        "pay": r"결제|송금",
        "send": r"전송|보냈|발송|게시",
        "create": r"생성|추가",
        "delete": r"삭제",
        "update": r"수정|변경|업데이트",
        "cancel": r"취소",
        "merge": r"병합",
        "deploy": r"배포",
    },
    mark=r"했|되었|됐|완료|보냈",
)

OTHERS = Language(
    done=r"\btamamlandı\b|\bbaşarıyla\b|\byapıldı\b|\bhotovo\b|\bselesai\b|\bberhasil\b|\bhoàn tất\b|\bتم\b|"
    r"\bvalmis\b|\bkész\b|\bgata\b",
    open=r"\bلم\b|انتظار|\bbekle\w*|\bdeğil\b|\bnení\b|\bbelum\b|\btidak\b|\bchưa\b|\bkhông\b|\bei\b|\bnem\b|"
    r"\bnu\b|\?",
    denied=r"reddedil|reddetti|\breddi\b|engellen|onaylanma|zamítn|odmítn|zakáz|zablokov|ditolak|menolak|diblokir|"
    r"từ chối|bị chặn|رفض|مرفوض|حظر|נדח|סורב|अस्वीक|इनकार|ปฏิเสธ|hylät|hyläs|estett|elutasít|letilt|megtagad|"
    r"respins|refuzat|blocat|απορρί|αρνήθ",
)

LANGUAGES: tuple[Language, ...] = (
    ENGLISH,
    GERMAN,
    FRENCH,
    SPANISH,
    ITALIAN,
    PORTUGUESE,
    DUTCH,
    POLISH,
    NORDIC,
    RUSSIAN,
    CHINESE,
    JAPANESE,
    KOREAN,
    OTHERS,
)

DENIED = any_of(*(language.denied for language in LANGUAGES))
