"""``python -m tests.faults NAME [serve's options]``: the reference gateway with one thing broken on purpose."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from agentport_gateway.domain import wording
from agentport_gateway.operations import calling, looking
from agentport_harness.cli.main import main


def run_before_approval() -> None:
    """The upstream runs as soon as the call is made; the human is asked afterwards."""
    ask = calling._ask

    async def broken(gateway: Any, call: Any, view: Any, connected: Any, verdict: Any) -> Any:
        await gateway.upstreams.of(connected).call(call.tool_name, call.arguments)
        return await ask(gateway, call, view, connected, verdict)

    calling._ask = broken


def answer_without_waiting() -> None:
    """An await comes back at once as still pending, and never runs anything."""

    async def broken(gateway: Any, caller: Any, request_id: str, **_: Any) -> Any:
        request, _ = await looking.look(gateway, caller, request_id, None)
        if request is None:
            return wording.not_found(request_id)
        return wording.still_pending(request, gateway.approval_url(request_id), running=False)

    from agentport_gateway.surfaces.mcp.tools import await_approval as tool

    tool.await_approval = broken


def drop_the_url() -> None:
    """Approval is required, and nobody is told where to give it."""
    worded = wording.approval_required

    def broken(request: Any, url: str) -> Any:
        outcome = worded(request, url)
        return replace(outcome, message=outcome.message.replace(url, ""), approval_url=None)

    wording.approval_required = broken


FAULTS: dict[str, Callable[[], None]] = {
    "run-before-approval": run_before_approval,
    "answer-without-waiting": answer_without_waiting,
    "drop-the-url": drop_the_url,
}

if __name__ == "__main__":
    FAULTS[sys.argv[1]]()
    sys.exit(main(["serve", *sys.argv[2:]]))
