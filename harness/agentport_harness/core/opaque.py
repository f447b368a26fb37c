"""Opaque identifiers: values that a machine understands and a person cannot check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from agentport_harness.core.json_values import JSON

_PREFIXED = re.compile(
    r"(?P<prefix>[A-Za-z]{1,12}(?:_(?:test|live|prod))?)[_-](?P<rest>(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{3,64})"
)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HASH = re.compile(r"(?=[0-9a-f]*\d)(?=\d*[a-f])(?:[0-9a-f]{12,128})", re.IGNORECASE)
_SHORT_HASH = re.compile(r"(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,11}")
_NUMBER = re.compile(r"\d{3,30}")
_MIXED = re.compile(r"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=\D*\d)[A-Za-z0-9_-]{14,200}")
_LOWER = re.compile(r"(?=[a-z]*\d)(?=\d*[a-z])[0-9a-z]{12,64}")
_UPPER = re.compile(r"(?=[A-Z]*\d)(?=\d*[A-Z])[0-9A-Z]{9,40}")
_ID_KEY = re.compile(
    r"(?:^|[_-])(?:ids?|uuid|guid|gid|key|ref|sha|hash|oid|pk|number|no)$|[a-z](?:Ids?|ID|Uuid|UUID|Ref|Sha)$",
    re.IGNORECASE,
)
_HASH_KEY = re.compile(r"sha|hash|commit|revision|\brev\b|ref|digest|checksum", re.IGNORECASE)
_NOT_A_RECORD = re.compile(
    r"idempoten|cursor|page_?token|next|nonce|etag|trace|request_?id|correlation|client_?token|starting_after|"
    r"ending_before|version|signature|phone|timestamp|date|amount|limit|offset|zip|postal|color|colour|year|port$",
    re.IGNORECASE,
)
_DEEPEST = 40


def opaque_ids(arguments: JSON) -> Iterator[tuple[str, str]]:
    """The name and value of every argument that is an opaque identifier, at any depth; lists count item by item.

    Prefixed ids (``cus_…``), UUIDs, hashes, long mixed tokens, and numbers under a name that says "id". Cursors,
    idempotency keys and the like are no records and are passed over.
    """
    waiting: list[tuple[str, JSON, int]] = [("", arguments, 0)]
    while waiting:
        name, value, depth = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [(key, item, depth + 1) for key, item in reversed(list(value.items())) if depth < _DEEPEST]
        elif isinstance(value, str):
            if is_opaque(name, value):
                yield name, value
        elif isinstance(value, Sequence):
            waiting += [(name, item, depth + 1) for item in reversed(value) if depth < _DEEPEST]
        elif isinstance(value, int) and not isinstance(value, bool) and is_opaque(name, _digits(value)):
            yield name, _digits(value)


def is_opaque(name: str, value: str) -> bool:
    """Whether the argument ``name`` with this value is an opaque identifier of a record."""
    if len(value) > 200 or _NOT_A_RECORD.search(name):
        return False
    named = bool(_ID_KEY.search(name))
    if _UUID.fullmatch(value) or _HASH.fullmatch(value):
        return not value.isdigit() or named
    if prefixed := _PREFIXED.fullmatch(value):
        prefix, rest = prefixed["prefix"].lower(), prefixed["rest"]
        kin = name.lower().startswith(prefix[:2]) or _initials(name) == prefix
        long = len(rest) >= 6 and not rest.isdigit()
        return "_" in value and (named or kin or long or len(rest) >= 10)
    if _NUMBER.fullmatch(value):
        return named
    if _HASH_KEY.search(name) and _SHORT_HASH.fullmatch(value):
        return True
    if named and _LOWER.fullmatch(value):
        return True
    return bool(_MIXED.fullmatch(value)) or (bool(_UPPER.fullmatch(value)) and (named or len(value) >= 20))


def id_prefix(value: str) -> str:
    """The prefix of a prefixed id (``cus`` of ``cus_…``), empty for other values."""
    prefixed = _PREFIXED.fullmatch(value)
    return prefixed["prefix"] if prefixed and "_" in value else ""


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.lower().split("_") if word)


def _digits(value: int) -> str:
    """The number as text; one that is too long for that is no identifier."""
    return str(value) if -(10**30) < value < 10**30 else ""
