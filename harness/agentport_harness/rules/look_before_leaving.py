from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agentport_harness.core.calls import Discover, Elsewhere
from agentport_harness.core.consent import names_of
from agentport_harness.core.edits import insert, said
from agentport_harness.core.json_values import strings_in
from agentport_harness.core.needles import compiled
from agentport_harness.core.remembering import remembered
from agentport_harness.core.rule import Broken, Kept, Observation, Unclear, rule
from agentport_harness.core.session import Action, Session, Shown
from agentport_harness.core.text import clauses, folded
from agentport_harness.core.trace import AgentMessage, HumanMessage, Trace

_SERVICES = (
    r"stripe|notion|linear|slack|gmail|outlook|google (?:calendar|drive|sheets|docs|mail|ads|analytics)|github|"
    r"gitlab|bitbucket|jira|confluence|asana|"
    r"trello|monday\.com|clickup|airtable|hubspot|salesforce|zendesk|intercom|freshdesk|pipedrive|mailchimp|sendgrid|"
    r"twilio|shopify|paypal|square|"
    r"quickbooks|xero|figma|dropbox|box\.com|onedrive|sharepoint|microsoft teams|discord|telegram|whatsapp|zoom|"
    r"calendly|typeform|posthog|"
    r"mixpanel|amplitude|segment|datadog|sentry|pagerduty|grafana|vercel|netlify|heroku|supabase|firebase|snowflake|"
    r"bigquery|tableau|"
    r"docusign|wordpress|webflow|contentful|zapier|todoist|evernote|linkedin|facebook|instagram|youtube|spotify|reddit|"
    r"(?:your|the|their|his|her|my) (?:calendar|e-?mail|emails?|inbox|mailbox|crm|helpdesk|help desk|issue tracker|"
    r"wiki|spreadsheets?)"
)
_OUT_OF_REACH = compiled(
    rf"\b(?:don't|do not|doesn't|no longer|can't|cannot|can not|couldn't|could not|unable to|not able to|no way to|"
    rf"haven't|lack|have no|there(?:'s| is) no (?:\w+ )?(?:access|connect\w+|integration|tool|way|link))\b"
    rf"(?:\W+\w+){{0,8}}?\W+(?P<one>{_SERVICES})\b|"
    rf"\b(?P<two>{_SERVICES})\b (?:\w+ ){{0,3}}?(?:is|are|isn't|aren't)(?: currently| unfortunately)?(?: not|"
    rf"n't)? (?:available|accessible|reachable|connected|supported|out of (?:my )?reach|"
    rf"unavailable|inaccessible|unreachable|unsupported|something i can)|"
    rf"\b(?:kein\w*|nicht|leider)\b(?:\W+\w+){{0,6}}?\W+(?P<three>{_SERVICES})\b.{{0,60}}?(?:zugriff|zugang|"
    rf"zugreifen|erreich\w*|möglich|verfügbar)|"
    rf"\b(?:kein\w*|nicht|ohne)\b(?:\W+\w+){{0,4}}?\W+(?:zugriff|zugang|"
    rf"verbindung)\b(?:\W+\w+){{0,3}}\W+(?P<four>{_SERVICES})\b|"
    rf"\b(?:pas|aucun)\b(?:\W+\w+){{0,5}}?\W+(?:accès|accéder|connexion)(?:\W+\w+){{0,3}}?\W+(?P<five>{_SERVICES})\b|"
    rf"\b(?:no|sin)\b(?:\W+\w+){{0,4}}?\W+(?:acceso|acceder|conexión)(?:\W+\w+){{0,3}}?\W+(?P<six>{_SERVICES})\b|"
    rf"(?:无法|不能|没有|無法)(?:.{{0,12}}?)(?P<seven>{_SERVICES})|"
    rf"(?P<eight>{_SERVICES}).{{0,12}}?(?:にアクセスできません|に接続できません|は利用できません|无法访问|不可用)|"
    rf"(?:нет доступа|не могу).{{0,40}}?(?P<nine>{_SERVICES})"
)
_GIVES_UP = compiled(
    r"don't|do not|doesn't|no longer|can't|cannot|can not|couldn't|could not|unable to|not able to|no way to|haven't|"
    r"lack|have no|there's no|there is no|available|accessible|reach|connected|supported|something i can|kein|nicht|"
    r"leider|ohne|accès|accéder|connexion|acceso|acceder|conexión|"
    r"无法|不能|没有|無法|できません|不可用|нет доступа|не могу"
)
"""What stands beside the service, whichever alternative matches: these are fewer words than there are services."""
_A_POSITIVE = re.compile(
    r"\b(?:is|are) (?:now |already |currently )?(?:available|accessible|reachable|connected|"
    r"supported)\b"
)
_NOT_REACH = re.compile(
    r"\b(?:without|until|unless|before|approv\w*|denied|declin\w*|permission|refund|find|found|see any|any (?:open|"
    r"unread|new)|changed?|change|delete|send|sent|"
    r"recommend|advise|suggest|want|wait|why|whether|know|worry|need to|forget)\b|\?$|wenn|sobald|gefunden"
)
_ACCESS = re.compile(
    r"zugriff|zugang|zugreif|erreich|möglich|verfügbar|verbindung|acc[eè]s|connexion|acceso|acceder|conexi|"
    r"access|connect|reach|integrat|tool|available|supported|support|link|way to|log ?in|use|"
    r"read|get (?:to|into)|talk to|interact|work with"
)
_API = re.compile(
    r"https?://(?:api|hooks|graph|gateway)\.(?P<host>[\w-]+)\.[a-z]{2,}|https?://(?P<host2>slack|discord|"
    r"api-m\.paypal|[\w-]+\.zendesk|[\w-]+\.atlassian)\.(?:com|net)/(?:api|rest|v\d)|"
    r"https?://(?P<host3>[\w-]+)\.googleapis\.com|https?://api\.(?P<host4>[\w-]+)\b",
    re.IGNORECASE,
)
_VENDOR = re.compile(
    r"(?:^|[;&|(\n])[ \t]*(?:sudo |npx )?(?P<name>gh|stripe|glab|hub|heroku|vercel|netlify|slack|jira|linear|notion|"
    r"twilio|shopify|supabase|firebase|sentry-cli|hubspot|airtable|asana|trello|todoist|doctl|flyctl)\s+(?!--?v|--?h|"
    r"help|version|auth|login)[a-z]"
)
_CALLED_AS = {
    "gh": "github",
    "hub": "github",
    "glab": "gitlab",
    "doctl": "digitalocean",
    "flyctl": "fly",
    "sentry-cli": "sentry",
}
_GATEWAY = re.compile(r"agentport|\bap (?:tools|integrations)\b", re.IGNORECASE)
_HUMAN_CHOSE = r"(?<![\w/])(?:curl|{name}|api|cli|command line|script|directly)(?![\w/])"


@rule(
    "AP301",
    level="SHOULD",
    why="A detour escapes policy and audit, and “I cannot reach it” sends the human away from what is one click off.",
    mend="List the installed integrations, then search the available ones, before you say so or take another way.",
    passes="list_installed_integrations → list_available_integrations(query=“notion”) → “Notion is not offered.”",
    fails="“I have no access to Notion.” as the first answer, or curl https://api.notion.com/…",
    needs=("assistant_text",),
    always=True,
)
def look_before_leaving(session: Session) -> Iterator[Observation]:
    """Before saying a service is out of reach, or reaching it another way, the agent looks at the installed and the
    available integrations.

    Looked at: the agent's texts, for a service by its name (some eighty common ones, “your calendar”, and every
    integration that this session names) with “no access”, “cannot reach”, “not available” and the like in several
    languages; and commands and requests to a service's own API or by its own command-line tool, in sessions that use
    the gateway. Enough is a look at the available integrations or at that one, a call of one of its tools, or, for a
    detour, any look at what is installed. What the human told the agent to use is no detour. Where no call, no list of
    tools, no setting and no word shows that the agent had the gateway at all, its word is not testable. Blind spots:
    services that are not known by name, other wordings, libraries inside programs.
    """
    by_gateway = _uses_gateway(session)
    for text in session.shown:
        service = _declared_out_of_reach(text)
        if service and "history" in session.trace.lacks:
            yield Unclear(at=text.seq, reason="the recording starts in the middle of a longer conversation")
        elif service and not (by_gateway or _offered(session)):
            yield Unclear(at=text.seq, reason="nothing in the recording shows that the agent had the gateway")
        elif service and _looked(session, service, text.seq, step=text.step, widely=True):
            yield Kept(at=text.seq)
        elif service:
            yield _broken(text.seq, f"{service} was said to be out of reach before anybody looked", text.text)
    for action in session.actions if by_gateway else ():
        if not isinstance(action.meaning, Elsewhere):
            continue
        service = _detour(session, action)
        if service and _looked(session, service, action.seq, step=action.step, widely=False):
            yield Kept(at=action.seq)
        elif service and "history" not in session.trace.lacks:
            yield _broken(
                action.seq,
                f"{service} was reached around the gateway before anybody looked there",
                action.meaning.command or action.call.tool,
            )


@remembered(8)
def _uses_gateway(session: Session) -> bool:
    return any(not isinstance(action.meaning, Elsewhere) for action in session.actions)


@remembered(8)
def _offered(session: Session) -> bool:
    """Whether the client lists or configures the gateway, or somebody speaks of it by its name."""
    trace = session.trace
    if trace.gateway_servers or any(_GATEWAY.search(tool) for tool in trace.known_tools):
        return True
    texts = (event.text for event in trace.events if isinstance(event, HumanMessage | AgentMessage))
    return any(_GATEWAY.search(text) for text in texts)


def _declared_out_of_reach(text: Shown) -> str:
    if text.step < 0:
        return ""
    said = text.text[:20_000]
    whole = folded(said)
    for clause in clauses(said) if _GIVES_UP.may_match(whole) and _OUT_OF_REACH.may_match(whole) else ():
        found = _OUT_OF_REACH.search(clause)
        if found is None or _NOT_REACH.search(clause) or not (_ACCESS.search(clause) or not clause.isascii()):
            continue
        if found["two"] and _A_POSITIVE.search(clause) and not re.search(r"\bnot\b|n't\b|\bno\b", clause):
            continue
        return next(name for name in found.groups() if name)
    return ""


def _detour(session: Session, action: Action) -> str:
    """The service that a command or request reaches by itself, empty when it is none or the human chose the way."""
    for text in strings_in(action.call.arguments):
        command = text[:20_000]
        vendor, api = _VENDOR.search(command), _API.search(command) if "://" in command else None
        if vendor:
            service = _CALLED_AS.get(vendor["name"], vendor["name"])
        elif api:
            service = next(name for name in api.groups() if name).rpartition(".")[2].casefold()
        else:
            continue
        own = vendor["name"] if vendor and vendor["name"] in _CALLED_AS else "curl"
        if _chosen(session, own) > action.seq:
            return service
    return ""


@remembered(64)
def _chosen(session: Session, name: str) -> int:
    """The first event at which a human told the agent to take this way; past every event when none did."""
    chosen = re.compile(_HUMAN_CHOSE.format(name=re.escape(name)), re.IGNORECASE)
    return next((seq for seq, message in session.human_messages() if chosen.search(message.text[:5_000])), 2**62)


def _looked(session: Session, service: str, before: int, *, step: int, widely: bool) -> bool:
    first, steps = _looks(session, service, widely)
    return first < before or step in steps


@remembered(512)
def _looks(session: Session, service: str, widely: bool) -> tuple[int, frozenset[int]]:
    """The first event at which the agent looked for the service, and all the steps in which it did."""
    names = names_of(re.sub(r"^(?:your|the|their|his|her|my) ", "", service))
    looks = [action for action in session.actions if _looks_for(action, names, widely)]
    return min((look.seq for look in looks), default=2**62), frozenset(look.step for look in looks)


def _looks_for(action: Action, names: frozenset[str], widely: bool) -> bool:
    meaning = action.meaning
    if isinstance(meaning, Elsewhere):
        return False
    if isinstance(meaning, Discover):
        installed = meaning.kind == "installed" or (meaning.kind == "tools" and not meaning.integration)
        if meaning.kind in ("available", "integration") or (installed and not widely):
            return True
        if action.result is not None and any(name in action.result.text.casefold() for name in names):
            return True
    about = getattr(meaning, "integration", "").casefold()
    return bool(about) and any(name in about or about in name for name in names)


def _broken(at: int, message: str, evidence: str) -> Broken:
    return Broken(
        at=at,
        message=message,
        evidence=evidence,
        expected="a look at the installed and at the available integrations first",
    )


@look_before_leaving.mutation
def say_that_it_is_out_of_reach(session: Session) -> Iterable[Trace]:
    """A last message that gives a service up which nobody looked for."""
    looked = any(
        isinstance(action.meaning, Discover) and action.meaning.kind in ("available", "integration")
        for action in session.actions
    )
    known = _uses_gateway(session) or _offered(session)
    if (
        known
        and session.turns[-1].closed
        and not looked
        and not _looked(session, "todoist", 2**62, step=0, widely=True)
    ):
        yield insert(
            session.trace, len(session.trace.events), said("About the other matter: I don't have access to Todoist.")
        )
