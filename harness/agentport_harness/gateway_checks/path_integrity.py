"""A declared REST endpoint is called as declared, with all that was approved."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from urllib.parse import parse_qsl, unquote

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted
from agentport_harness.bench.stand import Target
from agentport_harness.core.json_values import JSON, as_object
from agentport_harness.transports.probe import Received

_TOOLS: tuple[Mapping[str, JSON], ...] = (
    {
        "name": "get_item",
        "description": "Reads one item.",
        "method": "GET",
        "path": "/items/{id}",
        "parameters": [
            {"name": "id", "in": "path", "type": "string", "required": True},
            {"name": "limit", "in": "query", "type": "string", "required": False},
        ],
    },
    {
        "name": "change_item",
        "description": "Changes one item.",
        "method": "POST",
        "path": "/items/{id}/notes",
        "parameters": [
            {"name": "id", "in": "path", "type": "string", "required": True},
            {"name": "note", "in": "body", "type": "string", "required": False},
        ],
    },
)
ROUTES: tuple[JSON, ...] = (
    "..",
    ".",
    "",
    " ",
    "a/b",
    "../x",
    "a/../..",
    "%2e%2e",
    "..;",
    "a\\b",
    "a?x=1",
    "a#b",
    "a b",
    "ü",
)
"""Values of a path parameter: each stays one segment of the path, or is refused."""

_NO_ID: Mapping[str, Mapping[str, JSON]] = {"missing": {}, "null": {"id": None}, "a list": {"id": ["7", "8"]}}


@gateway_check(
    "GW414",
    level="MUST",
    needs=("probe_api", "mode"),
    timeout=90,
    why="A human who approves to read one item has not approved to list them all, or to call another endpoint.",
    mend="Encode a path value as one segment, refuse dots and nothing; refuse what is not declared, and null.",
)
async def path_integrity(bench: Bench) -> AsyncIterator[Sighting]:
    """REST upstreams: path parameters cannot change the route (`..`, `.`, `/`, empty, missing).

    Undeclared and null arguments are refused or sent as shown, never dropped silently.
    """
    agent = await bench.agent()
    integration_id, reached = await bench.api(_TOOLS)
    for declared in _TOOLS:
        tool = Target(integration_id=integration_id, name=str(declared["name"]))
        await bench.set_mode(tool, "allow")
        after = str(declared["path"]).partition("{id}")[2]

        async def sent(arguments: JSON, tool: Target = tool) -> Received | None:
            before = len(reached.received)
            await agent.call(tool, arguments)
            return reached.received[-1] if len(reached.received) > before else None

        plain = await sent({"id": "7"})
        if plain is None:
            raise NotReachedError("a plain call of a declared endpoint does not reach the upstream")
        route = plain.path.removesuffix(f"7{after}")
        yield sighted(
            plain.path.endswith(f"/items/7{after}"), "a declared endpoint is called elsewhere",
            expected=str(declared["path"]), evidence=plain.path,
        )  # fmt: skip
        for value in ROUTES:
            got = await sent({"id": value})
            yield _on_route(got, route, after, value)
        for what, arguments in _NO_ID.items():
            got = await sent(arguments)
            yield sighted(
                got is None, f"a path parameter that is {what} is sent", expected="a refusal", evidence=_told(got)
            )
        optional = "limit" if declared["method"] == "GET" else "note"
        extras: dict[str, dict[str, JSON]] = {"undeclared": {"undeclared": "x"}, "null": {optional: None}}
        for what, extra in extras.items():
            got = await sent({"id": "7", **extra})
            yield sighted(
                got is None or set(extra) <= _names(got),
                f"an argument that is {what} is dropped silently",
                expected="a refusal, or the argument as it was shown",
                evidence=_told(got),
            )


def _on_route(got: Received | None, route: str, after: str, value: JSON) -> Sighting:
    segment = got.path.removeprefix(route).removesuffix(after) if got else ""
    kept = got is None or (
        got.path == f"{route}{segment}{after}"
        and "/" not in segment
        and unquote(segment) == value
        and str(value) not in ("", ".", "..")
        and not got.query
    )
    return sighted(
        kept,
        f"the path parameter {value!r} changes the route",
        expected="one segment of the path, or a refusal",
        evidence=_told(got),
    )


def _names(got: Received) -> set[str]:
    return {name for name, _ in parse_qsl(got.query, keep_blank_values=True)} | set(as_object(got.arguments))


def _told(got: Received | None) -> str:
    return (
        f"{got.method} {got.path}{'?' if got.query else ''}{got.query} {got.body.decode('utf-8', 'replace')}"
        if got
        else ""
    )
