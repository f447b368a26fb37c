"""What the gateway said of its tools in this session: names and input schemas, as results listed them."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from agentport_harness.core.calls import Discover
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.outcomes import OutcomeKind
from agentport_harness.core.remembering import remembered
from agentport_harness.core.session import Action, Session

_SCHEMA = ("inputSchema", "input_schema", "schema", "parameters")
_NO_SUCH_TOOL = re.compile(r"not found|unknown tool|no such|does ?n[o']t exist|no tool (?:named|called)", re.IGNORECASE)
_FAILED: frozenset[OutcomeKind] = frozenset(
    {
        "upstream_failed",
        "failed",
        "not_found",
        "transport",
        "client_timeout",
        "client_refused",
        "cancelled",
        "not_logged_in",
        "unanswered",
    }
)
_TRIES = 20
"""How often a text that is no JSON from here on is tried again from a later line."""
_DECODER = json.JSONDecoder()
_OPENS = re.compile(r"[\[{]")
_WORD = re.compile(r"[\w-]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One tool as a result showed it; ``schema`` is None where the result carried none."""

    integration: str
    tool: str
    schema: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one look told at event ``seq``. ``integration`` is empty when it was about all that are installed.

    ``whole`` says that a tool that is not among ``entries`` is not offered, ``refused`` names a tool that does not
    exist, ``described`` one whose description cannot be read, ``text`` is a listing that cannot be read.
    """

    seq: int
    integration: str
    entries: tuple[Entry, ...]
    whole: bool
    refused: str = ""
    described: str = ""
    text: str = ""


def described_parameters(session: Session, integration: str, tool: str, *, before: int) -> Mapping[str, JSON]:
    """The properties that the tool's input schema declares, as far as a result before event ``before`` showed it."""
    schema = described_schema(session, integration, tool, before=before)
    return as_object(as_object(schema).get("properties"))


def described_schema(session: Session, integration: str, tool: str, *, before: int) -> JSON | None:
    """The tool's input schema as the last result before event ``before`` showed it, None when none had."""
    known = _index(session).schemas.get((integration, tool), ())
    last = bisect_left(known, before, key=lambda pair: pair[0]) - 1
    return known[last][1] if last >= 0 else None


def schema_was_read(session: Session, integration: str, tool: str, *, before: int) -> bool:
    """Whether a result before event ``before`` carried the tool's schema, or must have by the gateway's contract."""
    if described_schema(session, integration, tool, before=before) is not None:
        return True
    index = _index(session)
    return min(index.described.get((integration, tool), before), index.worded.get((integration, tool), before)) < before


def offered(session: Session, integration: str, tool: str, *, before: int) -> Literal["yes", "no", "unknown"]:
    """Whether the gateway had listed the tool before event ``before``; unknown when nothing told."""
    index = _index(session)
    owners = (integration, "")
    if any(
        min(seen.get((owner, tool), before) for owner in owners) < before
        for seen in (index.named, index.worded, index.described)
    ):
        return "yes"
    whole = min(index.whole.get(owner, before) for owner in owners) < before
    return "no" if whole or index.refused.get((integration, tool), before) < before else "unknown"


def named_anywhere(session: Session, tool: str, *, before: int) -> bool:
    """Whether any listing before event ``before`` named a tool of this name."""
    return _index(session).tools.get(tool, before) < before


@remembered(8)
def listings(session: Session) -> tuple[Listing, ...]:
    """Every look at tools that was answered, in order."""
    return tuple(
        _listing(action, action.meaning)
        for action in session.actions
        if isinstance(action.meaning, Discover)
        and action.meaning.kind in ("tools", "describe")
        and action.result_seq is not None
    )


def documents(action: Action) -> Iterator[JSON]:
    """The JSON values of an answer: the structured one, or those that stand in its text, one after another."""
    result = action.result
    if result is None or result.structured is not None:
        yield from () if result is None else (result.structured,)
        return
    text, at, failures = result.text, 0, 0
    while failures < _TRIES and (found := _OPENS.search(text, at)) is not None:
        try:
            value, at = _DECODER.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            failures += 1
            line = text.find("\n", found.start())
            if line < 0:
                return
            at = line + 1
        else:
            yield value


def _listing(action: Action, look: Discover) -> Listing:
    entries = tuple(_entries(action, look))
    text = action.result.text if action.result else ""
    failed = action.outcome.kind in _FAILED
    answered = not failed and not entries
    absent = look.kind == "describe" and not entries and bool(_NO_SUCH_TOOL.search(text[:500]))
    empty = answered and look.kind == "tools" and any(True for _ in documents(action))
    return Listing(
        seq=action.told,
        integration=look.integration,
        entries=entries,
        whole=look.kind == "tools" and not look.query and not failed and (bool(entries) or empty),
        refused=look.tool if absent else "",
        described=look.tool if look.kind == "describe" and answered and not absent else "",
        text=text if look.kind == "tools" and answered and not empty else "",
    )


def _entries(action: Action, look: Discover) -> Iterator[Entry]:
    for answer in documents(action):
        fields = as_object(answer)
        listed = answer if isinstance(answer, list | tuple) else fields.get("tools")
        single = fields.get("tool")
        tools = [single if single is not None else (fields if "tools" not in fields else None)]
        tools += list(listed) if isinstance(listed, list | tuple) else []
        owner = as_text(fields.get("integration_id")) or look.integration
        for tool in map(as_object, tools):
            name = as_text(tool.get("name")) or as_text(tool.get("tool_name"))
            if name:
                schema = next((tool[key] for key in _SCHEMA if tool.get(key) is not None), None)
                yield Entry(integration=as_text(tool.get("integration_id")) or owner, tool=name, schema=schema)


@dataclass(slots=True, kw_only=True)
class _Index:
    """When each thing was first told, so that asking costs the same however long the session is."""

    schemas: dict[tuple[str, str], list[tuple[int, JSON]]] = field(default_factory=lambda: defaultdict(list))
    named: dict[tuple[str, str], int] = field(default_factory=dict)
    tools: dict[str, int] = field(default_factory=dict)
    described: dict[tuple[str, str], int] = field(default_factory=dict)
    refused: dict[tuple[str, str], int] = field(default_factory=dict)
    worded: dict[tuple[str, str], int] = field(default_factory=dict)
    whole: dict[str, int] = field(default_factory=dict)


@remembered(8)
def _index(session: Session) -> _Index:
    index = _Index()
    for listing in sorted(listings(session), key=lambda listing: listing.seq):
        for entry in listing.entries:
            index.named.setdefault((entry.integration, entry.tool), listing.seq)
            index.tools.setdefault(entry.tool, listing.seq)
            if entry.schema is not None:
                index.schemas[entry.integration, entry.tool].append((listing.seq, entry.schema))
        if listing.refused:
            index.refused.setdefault((listing.integration, listing.refused), listing.seq)
        elif listing.whole:
            index.whole.setdefault(listing.integration, listing.seq)
        elif listing.described:
            index.described.setdefault((listing.integration, listing.described), listing.seq)
        for word in set(_WORD.findall(listing.text)):
            index.worded.setdefault((listing.integration, word), listing.seq)
    return index
