"""``opencode export SESSION``: one JSON document of a session's messages and their parts.

Each assistant message is one answer of the model, unless `step-start` parts divide it. A tool part holds the call and
its result; results come after all the calls of their step, since the model saw none of them before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._content import Fields, items, seconds
from agentport_harness.importers._opencode import Steps

_NAME = "opencode"


def _sniff(records: Sequence[JSON]) -> bool:
    return any(
        isinstance(record.get("info"), Mapping)
        and any("parts" in as_object(message) for message in items(record.get("messages")))
        for record in map(as_object, records)
    )


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    for line, record in records:
        yield _session(as_object(record), line, source)


def _session(document: Fields, line: int | None, source: str) -> Trace:
    info = as_object(document.get("info"))
    nested = as_text(info.get("parentID"))
    to = Assembly(source, _NAME, session_id=as_text(info.get("id")), actor="subagent" if nested else "")
    if nested:  # its human is the agent that started it, and nobody sees what it writes
        to.lacks |= {"assistant_text", "human_turns"}
    steps = Steps(to)
    for number, message in enumerate(map(as_object, items(document.get("messages")))):
        about = as_object(message.get("info"))
        parts = items(message.get("parts"))
        pointer = f"/messages/{number}"
        steps.finish()
        if about.get("role") == "assistant":
            for part_number, part in enumerate(map(as_object, parts)):
                steps.take(part, to.place(line, f"{pointer}/parts/{part_number}"))
            steps.finish()
            to.answered()
            if about.get("finish") == "stop":
                to.turn_end(to.place(line, f"{pointer}/info"), seconds(as_object(about.get("time")).get("completed")))
        elif about.get("role") == "user" and not nested:
            text = "\n".join(
                as_text(part.get("text"))
                for part in map(as_object, parts)
                if part.get("type") == "text" and not part.get("synthetic") and not part.get("ignored")
            )
            if text.strip():
                to.human(text, to.place(line, pointer), seconds(as_object(about.get("time")).get("created")))
    return to.trace()


OPENCODE = Importer(
    name=_NAME,
    title="opencode export",
    sniff=_sniff,
    read=_read,
    versions=("1.18.33",),
)
