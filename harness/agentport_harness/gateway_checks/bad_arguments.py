"""A wrong argument is the agent's to mend, so it is told which."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, Violated, gateway_check, sighted
from agentport_harness.core.errors import UnreachableError
from agentport_harness.core.json_values import JSON, as_object
from agentport_harness.surfaces.names import PREFIX, REQUIRED_ARGUMENTS

_INTERNAL_ERROR = -32603
_TRACES = ("Traceback (most recent call last)", 'File "', "\n    at ")
_NOWHERE = "conformance-no-such-integration"
_SOUND: Mapping[str, JSON] = {
    "integration_id": _NOWHERE,
    "auth_method": "token",
    "tool_name": "none",
    "arguments": {},
    "request_id": "00000000-0000-4000-8000-000000000000",
}
"""An argument of each name that is well formed, and leads nowhere."""


@gateway_check(
    "GW203",
    level="MUST",
    why="A model mends a call when it is told what is wrong with it; a 500 or a stack trace teaches it nothing.",
    mend="Check the arguments of every gateway tool first; answer with an error that names what does not fit.",
)
async def bad_arguments(bench: Bench) -> AsyncIterator[Sighting]:
    """Missing, mistyped and unknown arguments: a readable error, no 5xx, no traceback.

    Unknown arguments are tried on the tools that only list, where one that is ignored does no harm.
    """
    agent = await bench.agent()
    listed = {tool.name.removeprefix(PREFIX) for tool in await agent.listed()}
    offered = {name: required for name, required in REQUIRED_ARGUMENTS.items() if name in listed}
    if not offered:
        raise NotReachedError("none of the documented tools is listed")
    for what, name, arguments in _wrong(offered):
        try:
            reply = await agent.use(name, arguments)
        except UnreachableError as error:
            yield Violated(message=f"{name} breaks off at {what}", expected="an error", evidence=error.message)
            return
        yield sighted(reply.is_error, f"{name} takes {what}", expected="an error that says what does not fit")
        yield sighted(
            bool(reply.text.strip()) and as_object(reply.error).get("code") != _INTERNAL_ERROR,
            f"{name} answers {what} with an error that says nothing",
            expected="words that say what does not fit",
        )
        yield sighted(
            not any(trace in reply.text for trace in _TRACES),
            f"{name} answers {what} with a stack trace",
            expected="words for the agent",
        )


def _wrong(offered: Mapping[str, frozenset[str]]) -> list[tuple[str, str, dict[str, JSON]]]:
    found: list[tuple[str, str, dict[str, JSON]]] = []
    for name, required in sorted(offered.items()):
        sound = {one: _SOUND[one] for one in required}
        for lacking in sorted(required):
            rest = {one: value for one, value in sound.items() if one != lacking}
            found.append(("a missing argument", name, rest))
        for mistyped in sorted(required):
            of_another = "{}" if mistyped == "arguments" else 5
            found.append(("an argument of another type", name, {**sound, mistyped: of_another}))
        if not required:
            found.append(("an unknown argument", name, {"no_such_argument": True}))
    return found
