"""What a tool does to the world, read from its name, and when two actions would have the same effect."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from agentport_harness.core.calls import CallTool
from agentport_harness.core.json_values import JSON, strings_in
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
    "invite": "invite grant permit permission role member access",
    "merge": "merge",
    "deploy": "deploy deployment release rollout ship restart scale promote redeploy reboot rollback",
    "schedule": "schedule book reserve booking appointment",
    "run": "run execute exec trigger dispatch start invoke launch",
}
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

    Numbers count from three digits on; booleans, short words and enumerations in capitals do not.
    """
    found = set()
    for text in strings_in(arguments):
        value = text.strip().casefold()
        if len(value) >= 4 or (len(value) >= 2 and not value.isascii()):
            found.add(value)
    for number in _numbers_in(arguments):
        if abs(number) >= 100:
            found.add(str(int(number)) if float(number).is_integer() else str(number))
    return frozenset(found - _ENUMERATIONS)


_ENUMERATIONS = frozenset(
    [
        "true",
        "false",
        "none",
        "null",
        "main",
        "master",
        "production",
        "staging",
        "default",
        "high",
        "normal",
        "public",
        "private",
        "open",
        "closed",
        "active",
        "usd",
        "eur",
        "gbp",
        "markdown",
        "html",
        "text",
        "json",
        "requested_by_customer",
        "duplicate",
        "fraudulent",
        "primary",
        "asc",
        "desc",
    ]
)


def _numbers_in(value: JSON) -> Iterator[float]:
    waiting: list[JSON] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, (bool, str)) or item is None:
            continue
        if isinstance(item, (int, float)):
            yield item if abs(item) < 10**15 else 0
        elif isinstance(item, Mapping):
            waiting.extend(item.values())
        else:
            waiting.extend(item)


def same_effect(denied: CallTool, other: CallTool) -> bool:
    """Whether another gateway call would bring about what the first one would have.

    The very same call does. The same tool on the same thing does (one telling value in common: an id, a recipient).
    Another tool does when it acts on the same thing and does the same kind of thing to it, or is a tool that can do
    anything (`execute_sql`, `graphql`), or when it carries all the telling values of the first.
    """
    ours, theirs = telling_values(denied.arguments), telling_values(other.arguments)
    if denied.tool == other.tool and denied.integration == other.integration:
        return denied.arguments == other.arguments or bool(ours & theirs)
    reads, theirs_reads = only_reads(denied.tool), only_reads(other.tool)
    if theirs_reads and not reads:
        return False
    nouns = bool(nouns_of(denied.tool) & nouns_of(other.tool))
    same_kind = bool(effects_of(denied.tool) & effects_of(other.tool))
    common = ours & theirs
    if reads:
        return bool(common) and theirs_reads and (nouns or denied.integration == other.integration)
    generic = bool(name_words(other.tool) & _GENERIC) and _mentions(" ".join(theirs), ours)
    if common:
        return same_kind or nouns or generic or (len(ours) >= 2 and ours <= theirs)
    return generic or (not ours and same_kind and denied.integration == other.integration and nouns)


_READ_ONLY_PROGRAMS = frozenset(
    [
        "ls",
        "cat",
        "head",
        "tail",
        "less",
        "more",
        "grep",
        "rg",
        "ag",
        "find",
        "wc",
        "sort",
        "uniq",
        "cut",
        "awk",
        "jq",
        "yq",
        "echo",
        "printf",
        "pwd",
        "cd",
        "which",
        "type",
        "file",
        "stat",
        "du",
        "df",
        "diff",
        "tree",
        "env",
        "date",
        "sleep",
        "test",
        "true",
        "false",
        "export",
        "source",
        "history",
        "man",
        "help",
        "whoami",
        "id",
        "ps",
        "mkdir",
        "touch",
    ]
)
_READ_ONLY_GIT = frozenset(
    [
        "status",
        "log",
        "diff",
        "show",
        "branch",
        "fetch",
        "remote",
        "blame",
        "describe",
        "rev-parse",
        "ls-files",
        "grep",
        "config",
    ]
)
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
    parts = [part.strip() for part in re.split(r"&&|\|\||[;|\n]", command) if part.strip()]
    return any(_part_has_effect(denied, part) for part in parts) or (
        len(parts) > 1 and bool(_SCRIPTED.search(command)) and _part_has_effect(denied, " ".join(parts))
    )


_SCRIPTED = re.compile(r"<<|\b(?:python3?|node|ruby|perl|php|deno|bun)\b|curl")


def _part_has_effect(denied: CallTool, part: str) -> bool:
    words = part.split()
    program = words[0].rpartition("/")[2].casefold() if words else ""
    if program in _READ_ONLY_PROGRAMS or (program == "git" and len(words) > 1 and words[1] in _READ_ONLY_GIT):
        return False
    lowered = part.casefold()
    values = telling_values(denied.arguments)
    named = _mentions(lowered, values)
    service = _names_service(denied.integration, lowered)
    if only_reads(denied.tool):
        return named and (service or bool(_URL.search(lowered)))
    target = " ".join(_URL.findall(part)) or part
    kinds = {effect for word in name_words(re.sub(r"[^\w]+", "_", target)) for effect in _CLASS_OF.get(word, ())}
    same_kind = bool((kinds - {"read"}) & effects_of(denied.tool)) or bool(
        nouns_of(denied.tool) & name_words(re.sub(r"[^\w]+", "_", target))
    )
    writes = bool(_REACHES_OUT.search(part))
    if "http" in lowered and program in {"curl", "wget", "http", "https"}:
        return writes and (service_host(denied.integration, part) or (named and same_kind))
    if named:
        return same_kind or (service and writes)
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


def _mentions(text: str, values: Iterable[str]) -> bool:
    tokens = set(_VALUE.findall(text))
    tokens |= {piece for token in tokens for piece in re.split(r"[/:.?]", token)}
    return any(value in tokens or (" " not in value and len(value) >= 6 and value in text) for value in values)
