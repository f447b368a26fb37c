"""The outcomes that a gateway states in ``structuredContent.outcome``."""

from __future__ import annotations

from agentport_harness.core.outcomes import OutcomeKind

OUTCOME_NAMES: tuple[OutcomeKind, ...] = (
    "executed",
    "approval_required",
    "denied_by_policy",
    "denied_by_human",
    "still_pending",
    "expired",
    "consumed",
    "outcome_unknown",
    "not_found",
    "invalid_arguments",
    "upstream_failed",
)
