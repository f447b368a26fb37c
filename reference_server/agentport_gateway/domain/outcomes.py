"""What became of a call, in one vocabulary for both surfaces."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from agentport_gateway.domain.approvals import ApprovalRequest

OutcomeName = Literal[
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
]

Subject = Literal["call", "integration", "tool", "request", "limit"]

NOT_ERRORS: frozenset[OutcomeName] = frozenset({"executed", "approval_required", "still_pending"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamResult:
    """The upstream's own answer, unchanged: content blocks as on the wire, structured content, error flag."""

    content: tuple[dict[str, Any], ...] = ()
    structured: Any = None
    is_error: bool = False

    def to_json(self) -> dict[str, Any]:
        """The form that is stored and shown over REST."""
        stored: dict[str, Any] = {"content": list(self.content), "isError": self.is_error}
        if self.structured is not None:
            stored["structuredContent"] = self.structured
        return stored

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> UpstreamResult:
        """The inverse of `to_json`."""
        return cls(
            content=tuple(stored.get("content", ())),
            structured=stored.get("structuredContent"),
            is_error=bool(stored.get("isError", False)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One answer to `call_tool` or `await_approval`: its name, the words for it, and what it is about."""

    name: OutcomeName
    message: str = ""
    about: Subject = "call"
    integration_id: str | None = None
    tool_name: str | None = None
    request_id: str | None = None
    request: ApprovalRequest | None = None
    result: UpstreamResult | None = None
    replayed: bool = False
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        """The MCP `isError` flag: the upstream's own for an executed call."""
        if self.result is not None and self.name == "executed":
            return self.result.is_error
        return self.name not in NOT_ERRORS
