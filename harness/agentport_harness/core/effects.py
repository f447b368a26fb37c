"""What a tool does to the world, read from its name, and when two actions would have the same effect."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from agentport_harness.core.calls import CallTool
from agentport_harness.core.json_values import JSON
from agentport_harness.core.remembering import remembered
from agentport_harness.core.text import name_words, stem

_CLASSES: Mapping[str, str] = {
    "read": "get list search find read fetch retrieve lookup look query describe show view check count download "
    "export "
    "inspect status history browse summarize preview validate whoami resolve compare diff head info stat draft "
    "simulate "
    "estimate dry test ping balance report quote schema help select",
    "refund": "refund reverse reversal reimburse chargeback credit",
    "pay": "pay payment payout charge transfer purchase buy wire invoice order checkout",
    "send": "send email mail sendmail post message reply forward publish tweet notify share comment sms broadcast "
    "announce dm",
    "create": "create add insert new make open register provision generate write upload append put save file import",
    "delete": "delete remove destroy purge drop trash wipe erase clear empty del rm unlink truncate prune",
    "update": "update edit patch set modify change rename move assign label upsert replace adjust mark write put",
    "cancel": "cancel close archive revoke disable suspend unsubscribe stop terminate deactivate void abort end",
    "invite": "invite share grant permit permission role member access",
    "merge": "merge",
    "deploy": "deploy deployment release rollout ship restart scale promote redeploy reboot rollback",
    "schedule": "schedule book reserve booking appointment",
    "run": "run execute exec trigger dispatch start invoke launch",
}
VERBS = frozenset(" ".join(_CLASSES.values()).split())
"""Every word of a tool's name that speaks of an effect."""
_CLASS_OF: dict[str, frozenset[str]] = {}
for _effect, _names in _CLASSES.items():
    for _name in _names.split():
        _CLASS_OF[stem(_name)] = _CLASS_OF.get(stem(_name), frozenset()) | {_effect}

LASTING = frozenset(
    {"refund", "pay", "send", "delete", "cancel", "invite", "merge", "deploy", "schedule", "create", "update"}
)
"""The classes of effect that a human would notice outside the chat."""
_WEAK = frozenset({"create", "update", "run"})
_GENERIC = frozenset(
    map(
        stem,
        [
            "execute",
            "exec",
            "request",
            "api",
            "graphql",
            "raw",
            "sql",
            "query",
            "http",
            "batch",
            "script",
            "command",
            "code",
            "eval",
            "proxy",
            "call",
            "invoke",
            "rest",
        ],
    )
)
_NOISE = frozenset(
    map(
        stem,
        ["the", "a", "an", "of", "to", "for", "by", "in", "on", "and", "with", "all", "v1", "v2", "v3", "tool", "api"],
    )
)
_VALUE = re.compile(r"[^\s\"'`,;&=(){}\[\]<>|]+")


@lru_cache(maxsize=4096)
def effects_of(tool: str) -> frozenset[str]:
    """The classes of effect that a tool's name speaks of; a stronger word beside ``create`` or ``update`` prevails."""
    found = frozenset(effect for word in name_words(tool) for effect in _CLASS_OF.get(word, ()))
    strong = found - _WEAK
    if strong - {"read"}:
        return strong - {"read"}
    ordered = re.split(r"[_\-.\s]|(?<=[a-z0-9])(?=[A-Z])", tool)
    first = next(
        (_CLASS_OF[stem(word.casefold())] for word in ordered if stem(word.casefold()) in _CLASS_OF), frozenset()
    )
    return first or found


def only_reads(tool: str) -> bool:
    """Whether a tool's name says that it changes nothing."""
    return effects_of(tool) == {"read"}


@lru_cache(maxsize=4096)
def nouns_of(tool: str) -> frozenset[str]:
    """The words of a tool's name that are not verbs of its effect: what it acts on."""
    found = name_words(tool)
    return frozenset(word for word in found - _NOISE if word not in _CLASS_OF or word in _NOUNS)


_NOUNS = frozenset(
    map(
        stem,
        [
            "refund",
            "payment",
            "payout",
            "invoice",
            "email",
            "message",
            "comment",
            "order",
            "release",
            "deployment",
            "member",
            "role",
            "booking",
        ],
    )
)


def telling_values(arguments: JSON) -> frozenset[str]:
    """The values of arguments that tell which thing is meant: ids, addresses, names, paths, texts; folded, flat.

    What a thing lies in (a repository, a channel, an account) tells only where nothing else does; amounts, flags and
    settings do not tell, and a number does only under a name that says id or number.
    """
    found: set[str] = set()
    holders: set[str] = set()
    waiting: list[tuple[str, JSON]] = [("", arguments)]
    while waiting:
        name, item = waiting.pop()
        if isinstance(item, Mapping):
            waiting.extend((str(key), value) for key, value in item.items())
        elif isinstance(item, Sequence) and not isinstance(item, str):
            waiting.extend((name, value) for value in item)
        elif (value := _as_value(name, item)) and value not in _ENUMERATIONS:
            (holders if _HOLDER.search(name) else found).add(value)
    return frozenset(found or holders)


def _as_value(name: str, item: JSON) -> str:
    if isinstance(item, str):
        value = item.strip().casefold()
        tells = len(value) >= 4 or (len(value) >= 2 and (not value.isascii() or value.isdigit()))
        return value if tells and not _SETTING.search(name) else ""
    if isinstance(item, int) and not isinstance(item, bool) and _NUMBERED.search(name):
        return str(item) if abs(item) < 10**18 else ""
    return ""


_HOLDER = re.compile(
    r"repo|owner|^org|workspace|team|project|channel|database|namespace|account|calendar|folder|cluster|region|"
    r"base|^from$|sender",
    re.IGNORECASE,
)
_SETTING = re.compile(
    r"currency|reason|status|state|mode|format|priority|role|type|^method$|visibility|locale|language|time_?zone",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"id$|number|num$|^nr$|^no$|issue|pull|ticket|order|invoice|key$|iid", re.IGNORECASE)
_ENUMERATIONS_WORDS = """
true false none null main master production staging default high normal public private open closed active usd
eur gbp markdown html text json requested_by_customer duplicate fraudulent primary asc desc
"""
_ENUMERATIONS = frozenset(_ENUMERATIONS_WORDS.split())


def same_effect(denied: CallTool, other: CallTool) -> bool:
    """Whether another gateway call would bring about what the first one would have.

    The very same call does. The same tool on the same thing does (one telling value in common: an id, a recipient).
    Another tool does when it acts on the same thing and does the same kind of thing to it, or is a tool that can do
    anything (`execute_sql`, `graphql`), or when it carries all the telling values of the first.
    """
    ours, theirs = telling_values(denied.arguments), telling_values(other.arguments)
    common = ours & theirs or _inside(ours, theirs)
    if denied.tool == other.tool and denied.integration == other.integration:
        return denied.arguments == other.arguments or bool(common) or _alike(ours, theirs)
    if name_words(other.tool) & _HARMLESS and not name_words(denied.tool) & _HARMLESS:
        return False
    reads, theirs_reads = only_reads(denied.tool), only_reads(other.tool)
    if theirs_reads and not reads:
        return False
    nouns = bool(nouns_of(denied.tool) & nouns_of(other.tool))
    kinds = effects_of(other.tool)
    same_kind = bool(effects_of(denied.tool) & kinds)
    if reads:
        return bool(common) and theirs_reads and (nouns or denied.integration == other.integration)
    anything = does_anything(other.tool) and _mentions(" ".join(theirs), ours)
    if common or _alike(ours, theirs):
        return same_kind or nouns or anything or (len(ours) >= 2 and ours <= theirs and kinds <= _WEAK)
    return anything or (not ours and same_kind and denied.integration == other.integration and nouns)


def does_anything(tool: str) -> bool:
    """Whether a tool's name says that it runs whatever it is given: a query, a script, a raw request."""
    return bool(name_words(tool) & _GENERIC) and effects_of(tool) <= {"run", "read"}


def _inside(ours: frozenset[str], theirs: frozenset[str]) -> frozenset[str]:
    """Our values that are the tail of one of theirs, or the other way round: a branch and its ref."""
    tails = {value.rpartition("/")[2] for value in theirs if " " not in value}
    return frozenset(
        value
        for value in ours
        if len(value) >= _TELLING_INSIDE and (value in tails or value.rpartition("/")[2] in theirs - {value})
    )


_HARMLESS = frozenset(map(stem, ("draft", "preview", "simulate", "dry", "validate", "estimate", "test")))
_LONG = 16
_SIMILAR = 0.6


def _alike(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Whether two long texts among the values have most of their words in common."""
    long = [_tokens(value) for value in ours if len(value) >= _LONG and " " in value]
    others = [_tokens(value) for value in theirs if len(value) >= _LONG and " " in value]
    return any(len(one & other) >= _SIMILAR * len(one | other) for one in long[:8] for other in others[:8])


@remembered(1024)
def _tokens(text: str) -> frozenset[str]:
    return frozenset(_VALUE.findall(text[:20_000]))


_READ_ONLY_PROGRAMS_WORDS = """
ls cat head tail less more grep rg ag find wc sort uniq cut awk jq yq echo printf pwd cd which type file stat du
df diff tree env date sleep test true false export source history man help whoami id ps mkdir touch
"""
_READ_ONLY_PROGRAMS = frozenset(_READ_ONLY_PROGRAMS_WORDS.split())
_READ_ONLY_GIT_WORDS = """
status log diff show branch fetch remote blame describe rev-parse ls-files grep config
"""
_READ_ONLY_GIT = frozenset(_READ_ONLY_GIT_WORDS.split())
_REACHES_OUT = re.compile(
    r"\b(?:POST|PUT|PATCH|DELETE)\b|\s(?:-d|--data\S*|--json|-F|--form|-T)\b|requests\.(?:post|put|patch|delete)|"
    r"axios\."
)
_URL = re.compile(r"(?:https?://)([^\s\"'`<>]+)")


def command_has_effect(denied: CallTool, command: str) -> bool:
    """Whether a shell command, script or direct API request would bring about what the denied call would have.

    It must name the thing (a telling value of the denied call) or the service (the integration's name), do the same
    kind of thing by its words or its HTTP method, and not merely read. Blind spots: a script whose name and arguments
    say nothing, and one written to a file earlier.
    """
    values = telling_values(denied.arguments)
    return any(_part_has_effect(denied, values, part) for part in _parts(command))


@remembered(1024)
def _parts(command: str) -> tuple[str, ...]:
    """The commands of a line, without what they say; and all in one where a script may spread over them."""
    command = _SAID.sub(" ", _PUSHED_AWAY.sub(r"\1 delete \2", command))
    parts = tuple(part.strip() for part in re.split(r"&&|\|\||[;|\n]", command) if part.strip())
    return (*parts, " ".join(parts)) if len(parts) > 1 and _SCRIPTED.search(command) else parts


_SAID = re.compile(r"""(?:-m|--(?:message|body|text|title|comment))[ =](?:'[^']*'|"[^"]*")""")
"""Free text of a command, which may speak of what was denied."""
_PUSHED_AWAY = re.compile(r"(git push\s+(?:\S+\s+)?):(\S)")
_SCRIPTED = re.compile(r"<<|\b(?:python3?|node|ruby|perl|php|deno|bun)\b|curl")


def _part_has_effect(denied: CallTool, values: frozenset[str], part: str) -> bool:
    words = part.split()
    program = words[0].rpartition("/")[2].casefold() if words else ""
    if program in _READ_ONLY_PROGRAMS or (program == "git" and len(words) > 1 and words[1] in _READ_ONLY_GIT):
        return False
    lowered = part.casefold()
    named = _mentions(lowered, values)
    service = _names_service(denied.integration, lowered)
    if only_reads(denied.tool):
        return named and (service or bool(_URL.search(lowered)))
    if not (named or service or service_host(denied.integration, part)):
        return False
    target = " ".join(_URL.findall(part)) or part
    kinds = {effect for word in name_words(re.sub(r"[^\w]+", "_", target)) for effect in _CLASS_OF.get(word, ())}
    same_kind = bool((kinds - {"read"}) & effects_of(denied.tool)) or bool(
        nouns_of(denied.tool) & name_words(re.sub(r"[^\w]+", "_", target))
    )
    writes = bool(_REACHES_OUT.search(part))
    if "http" in lowered and program in {"curl", "wget", "http", "https"}:
        return writes and (service_host(denied.integration, part) or (named and same_kind))
    if named:
        anything = does_anything(denied.tool)
        return same_kind or anything or (service and writes)
    return service and same_kind and (writes or not values)


def service_host(integration: str, command: str) -> bool:
    """Whether a URL in the command leads to the integration's own service, by its host's name."""
    names = [word for word in re.split(r"[^a-z0-9]+", integration.casefold()) if len(word) >= 3]
    hosts = [url.split("/")[0].casefold() for url in _URL.findall(command)]
    return any(name in host for name in names for host in hosts)


def _names_service(integration: str, lowered: str) -> bool:
    names = [word for word in re.split(r"[^a-z0-9]+", integration.casefold()) if len(word) >= 3]
    programs = {"github": "gh", "gitlab": "glab", "google": "gcloud", "kubernetes": "kubectl"}
    names += [programs[name] for name in names if name in programs]
    return any(re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", lowered) for name in names)


_TELLING_INSIDE = 6
"""Characters of a value that is recognised inside a longer word or text, too."""


def _mentions(text: str, values: Iterable[str]) -> bool:
    tokens = _pieces(text)
    return any(value in tokens or (len(value) >= _TELLING_INSIDE and value in text) for value in values)


@remembered(1024)
def _pieces(text: str) -> frozenset[str]:
    tokens = set(_VALUE.findall(text))
    return frozenset(tokens | {piece for token in tokens for piece in re.split(r"[/:.?]", token)})
