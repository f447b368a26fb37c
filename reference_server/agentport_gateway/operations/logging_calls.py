"""The audit entry that each call leaves."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from agentport_gateway.domain.identity import Agent
from agentport_gateway.store.audit import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from agentport_gateway.domain.identity import Caller
    from agentport_gateway.domain.policy import Verdict

_OWN_SECRET = re.compile(r"\bap[a-z]?_[A-Za-z0-9_-]{20,}")
_SECRET_NAME = re.compile(
    r"pass(word|phrase|wd)|secret|api_?key|access_?token|auth(orization|_?token)|bearer|credential|^token$",
    re.IGNORECASE,
)
_MASK = "[masked]"


def asker(caller: Caller) -> str:
    """How a caller is named to people."""
    if isinstance(caller, Agent):
        return f"{caller.key_name} ({caller.key_prefix}…)"
    return caller.email


def entry_for(
    *,
    entry_id: str,
    caller: Caller,
    surface: str,
    integration_id: str,
    tool_name: str,
    arguments: Mapping[str, Any],
    additional_info: str | None,
    now: datetime,
    verdict: Verdict | None = None,
    request_id: str | None = None,
    outcome: str | None = None,
    detail: str | None = None,
) -> Entry:
    """A call's entry; without an outcome it stays open until something completes it."""
    return Entry(
        id=entry_id,
        org_id=caller.org_id,
        called_at=now,
        surface=surface,
        asked_by=asker(caller),
        api_key_id=caller.key_id if isinstance(caller, Agent) else None,
        integration_id=integration_id[:100],
        tool_name=tool_name[:200],
        arguments=json.dumps(masked(arguments), ensure_ascii=False, separators=(",", ":")),
        additional_info=additional_info,
        mode=verdict.mode if verdict else None,
        rule_id=verdict.rule_id if verdict else None,
        request_id=request_id,
        outcome=outcome,
        finished_at=None if outcome is None else now,
        detail=detail,
    )


def masked(value: Any) -> Any:
    """The value without what is named like a secret, or is one of the gateway's own keys."""
    match value:
        case dict():
            return {
                key: _MASK if _SECRET_NAME.search(key) and isinstance(item, str) else masked(item)
                for key, item in value.items()
            }
        case list():
            return [masked(item) for item in value]
        case str() if "ap" in value:
            return _OWN_SECRET.sub(_MASK, value)
        case _:
            return value
