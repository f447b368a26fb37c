"""OTLP JSON: spans with plain attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.importers._content import DEEPEST, Fields, items


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One span; its events' attributes are among its own. Times are nanoseconds since 1970, 0 where there are none.

    ``pointers`` says where the attributes stand.
    """

    trace_id: str
    span_id: str
    start: int
    stop: int
    status: JSON
    attributes: Mapping[str, JSON]
    line: int | None
    pointer: str
    pointers: Mapping[str, str]


def spans_of(export: Fields, line: int | None) -> Iterator[Span]:
    """The spans of one export, with their places in it."""
    for i, resource in enumerate(map(as_object, items(export.get("resourceSpans")))):
        for j, scope in enumerate(map(as_object, items(resource.get("scopeSpans")))):
            for k, span in enumerate(map(as_object, items(scope.get("spans")))):
                pointer = f"/resourceSpans/{i}/scopeSpans/{j}/spans/{k}"
                holders = [("", span)]
                holders += [(f"/events/{n}", as_object(event)) for n, event in enumerate(items(span.get("events")))]
                attributes: dict[str, JSON] = {}
                pointers: dict[str, str] = {}
                for at, holder in holders:
                    attributes |= _attributes(holder.get("attributes"), 0)
                    for n, pair in enumerate(items(holder.get("attributes"))):
                        pointers[as_text(as_object(pair).get("key"))] = f"{pointer}{at}/attributes/{n}/value"
                yield Span(
                    trace_id=as_text(span.get("traceId")),
                    span_id=as_text(span.get("spanId")),
                    start=_time(span.get("startTimeUnixNano")),
                    stop=_time(span.get("endTimeUnixNano")),
                    status=as_object(span.get("status")).get("code"),
                    attributes=attributes,
                    line=line,
                    pointer=pointer,
                    pointers=pointers,
                )


def _attributes(listed: JSON, depth: int) -> dict[str, JSON]:
    pairs = [as_object(pair) for pair in items(listed)]
    return {as_text(pair.get("key")): _value(as_object(pair.get("value")), depth) for pair in pairs}


def _value(value: Fields, depth: int) -> JSON:
    if depth > DEEPEST:
        return None
    if "arrayValue" in value:
        return [_value(as_object(item), depth + 1) for item in items(as_object(value["arrayValue"]).get("values"))]
    if "kvlistValue" in value:
        return _attributes(as_object(value["kvlistValue"]).get("values"), depth + 1)
    if "intValue" in value:
        return _whole(value["intValue"])
    return next(iter(value.values()), None)


def _whole(value: JSON) -> JSON:
    return int(value) if isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < 20 else value


def _time(value: JSON) -> int:
    number = _whole(value)
    return int(number) if isinstance(number, int | float) and abs(number) < 1e20 else 0
