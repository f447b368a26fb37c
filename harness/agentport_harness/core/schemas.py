"""What the gateway said of its tools in this session: names and input schemas, as results listed them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from agentport_harness.core.calls import Discover
from agentport_harness.core.json_values import JSON, as_object, as_text, parsed
from agentport_harness.core.session import Session


def described_parameters(session: Session, integration: str, tool: str, *, before: int) -> Mapping[str, JSON]:
    """The properties that the tool's input schema declares, as far as a result before event ``before`` showed it."""
    schema = described_schema(session, integration, tool, before=before)
    return as_object(as_object(schema).get("properties"))


def described_schema(session: Session, integration: str, tool: str, *, before: int) -> JSON | None:
    """The tool's input schema as the last result before event ``before`` showed it, None when none had."""
    known = _schemas(session).get((integration, tool), ())
    return next((schema for seq, schema in reversed(known) if seq < before), None)


@lru_cache(maxsize=8)
def _schemas(session: Session) -> dict[tuple[str, str], list[tuple[int, JSON]]]:
    found: dict[tuple[str, str], list[tuple[int, JSON]]] = {}
    for action in session.actions:
        meaning, result = action.meaning, action.result
        if not isinstance(meaning, Discover) or result is None or action.result_seq is None:
            continue
        answer = as_object(result.structured) or as_object(parsed(result.text))
        integration = as_text(answer.get("integration_id")) or meaning.integration
        listed = answer.get("tools")
        tools = [answer.get("tool"), *(listed if isinstance(listed, list | tuple) else ())]
        for tool in map(as_object, tools):
            owner = as_text(tool.get("integration_id")) or integration
            if (schema := tool.get("inputSchema")) is not None:
                found.setdefault((owner, as_text(tool.get("name"))), []).append((action.result_seq, schema))
    return found
