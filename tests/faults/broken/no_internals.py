"""What `no_internals` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.domain.exact_json import InexactJsonError
from agentport_gateway.operations import calling
from agentport_gateway.surfaces import front
from agentport_gateway.upstreams.remote_mcp import RemoteMcp
from agentport_gateway.upstreams.upstream import UpstreamError
from tests.faults.fault import breaks


@breaks("GW607")
def sql_for_the_agent(patch: pytest.MonkeyPatch) -> None:
    """What the database said is passed on."""
    whole = calling.wording.not_installed

    def broken(integration_id: str, *, known: bool) -> Any:
        from dataclasses import replace

        outcome = whole(integration_id, known=known)
        said = "(sqlite3.OperationalError) [SQL: SELECT id, url FROM integrations WHERE id = ?]"
        return replace(outcome, message=f"{outcome.message} {said}")

    patch.setattr(calling.wording, "not_installed", broken)


@breaks("GW607")
def where_the_upstream_lives(patch: pytest.MonkeyPatch) -> None:
    """An upstream that breaks is told by its address."""
    whole = RemoteMcp._failure

    def broken(upstream: Any, *given: Any) -> UpstreamError:
        failure = whole(upstream, *given)
        return UpstreamError(f"{failure} ({upstream._url})", reach=failure.reach)

    patch.setattr(RemoteMcp, "_failure", broken)


@breaks("GW607")
def where_the_gateway_lives(patch: pytest.MonkeyPatch) -> None:
    """A body that cannot be read is answered with the place in the source."""
    whole = front.parse

    def broken(body: bytes) -> Any:
        try:
            return whole(body)
        except InexactJsonError as error:
            raise InexactJsonError(f"{error} (/srv/gateway/surfaces/front.py:151)") from None

    patch.setattr(front, "parse", broken)
