"""``agentport-trace/1``: this project's own format, one document or one to a line, in JSON or YAML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from agentport_harness.core.errors import InputError
from agentport_harness.core.importer import Importer, Problem, Record, Recording
from agentport_harness.core.json_values import JSON, as_object
from agentport_harness.core.trace import Event, Trace
from agentport_harness.core.trace_format import FORMAT, trace_from_document
from agentport_harness.importers._content import DEEPEST, too_deep

_NAME = "agentport-trace"


def _sniff(records: Sequence[JSON]) -> bool:
    return bool(records) and all(as_object(record).get("format") == FORMAT for record in records)


def _read(records: Iterable[Record], source: str) -> Iterator[Recording]:
    for line, record in records:
        try:
            if too_deep(record):
                raise InputError("bad-trace", f"Expected at most {DEEPEST} levels of nesting, got more - at `$`")
            trace = trace_from_document(record, source=source)
        except InputError as error:
            hint = "the format is schemas/trace.v1.json"
            yield Problem(path=source, slug=error.slug, message=error.message, line=line, hint=hint)
        else:
            yield trace if line is None else _placed(trace, line)


def _placed(trace: Trace, line: int) -> Trace:
    """The trace with its events in their line, where they do not name a place in the source that it was made from."""

    def placed(event: Event) -> Event:
        own = event.place.line is None and event.place.path == trace.source
        return replace(event, place=replace(event.place, line=line)) if own else event

    return replace(trace, events=tuple(map(placed, trace.events)))


AGENTPORT_TRACE = Importer(
    name=_NAME,
    title="agentport-trace/1",
    sniff=_sniff,
    read=_read,
    versions=("1",),
)
