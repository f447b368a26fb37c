"""What `path_integrity` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.upstreams import rest_api
from agentport_gateway.upstreams.rest_api import Endpoint
from tests.faults.fault import breaks


@breaks("GW414")
def dots_are_sent(patch: pytest.MonkeyPatch) -> None:
    """Whatever the value of a path parameter is, it goes into the path."""
    whole = rest_api._misplaced

    def broken(tool: Any, name: str, value: Any) -> str | None:
        in_path = any(one.name == name and one.place == "path" for one in tool.parameters)
        return None if in_path else whole(tool, name, value)

    patch.setattr(rest_api, "_misplaced", broken)


@breaks("GW414")
def unknown_arguments_vanish(patch: pytest.MonkeyPatch) -> None:
    """What is not declared, and what is null, is left out of the request."""
    faults, whole = Endpoint.faults, rest_api._request

    def declared(tool: Any, arguments: Any) -> dict[str, Any]:
        names = {one.name for one in tool.parameters}
        return {name: value for name, value in arguments.items() if name in names and value is not None}

    patch.setattr(Endpoint, "faults", lambda endpoint, given: faults(endpoint, declared(endpoint.declared, given)))
    patch.setattr(rest_api, "_request", lambda base, tool, given: whole(base, tool, declared(tool, given)))
