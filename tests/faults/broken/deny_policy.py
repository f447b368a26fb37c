"""What `deny_policy` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.domain import outcomes, wording
from agentport_gateway.domain.outcomes import NOT_ERRORS, Outcome
from tests.faults.fault import breaks


@breaks("GW408")
def policy_speaks_like_a_human(patch: pytest.MonkeyPatch) -> None:
    """What the policy denies reads as if a human had."""

    def broken(**_given: Any) -> Outcome:
        return Outcome(name="denied_by_human", message="This tool call was denied by the human.")

    patch.setattr(wording, "denied_by_policy", broken)


@breaks("GW408")
def denial_is_no_error(patch: pytest.MonkeyPatch) -> None:
    """`isError` is not set where the policy denies."""
    patch.setattr(outcomes, "NOT_ERRORS", NOT_ERRORS | {"denied_by_policy"})
