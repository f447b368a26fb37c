"""What an answer means, whichever surface and wording it came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from agentport_harness.core.light import light

OutcomeKind: TypeAlias = Literal[
    "executed",  # the upstream's own answer
    "approval_required",
    "approved",  # decided, and an identical retry consumes it
    "denied_by_policy",
    "denied_by_human",
    "still_pending",
    "expired",
    "consumed",
    "outcome_unknown",
    "not_found",
    "invalid_arguments",
    "upstream_failed",
    "not_awaitable",  # an older gateway's refusal that does not say why
    "client_timeout",  # the client gave up; on an await this counts as still pending
    "client_refused",  # the client never sent the call
    "transport",  # the line broke; what became of the call is not known
    "cancelled",  # the human or client stopped the call
    "not_logged_in",
    "failed",  # an error that says no more
    "unanswered",  # the recording holds no result
]

ENDED: frozenset[OutcomeKind] = frozenset(
    {"executed", "denied_by_human", "expired", "consumed", "outcome_unknown", "upstream_failed"}
)
"""Outcomes of a wait after which the request's fate is settled and the agent knows it."""

PENDING: frozenset[OutcomeKind] = frozenset({"still_pending", "client_timeout"})
"""Outcomes of a wait after which the request may still be decided."""


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The meaning of one result. Ids and URLs are as the gateway wrote them, empty where it named none.

    ``retry_runs`` is true when an identical retry, not another await, is what runs the approved call.
    """

    kind: OutcomeKind
    request_id: str = ""
    approval_url: str = ""
    authorization_url: str = ""
    retry_runs: bool = False
    replayed: bool = False


UNANSWERED = Outcome(kind="unanswered")
