"""What a transcript expected of a result, and in which points it was otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from agentport_harness.core.json_values import JSON, identity
from agentport_harness.core.outcomes import Outcome
from agentport_harness.core.trace import ToolResult
from agentport_harness.core.transcript import Expectation

_LONGEST = 300


def differences(expected: Expectation, outcome: Outcome, result: ToolResult) -> Iterator[str]:
    """Each point in which the result is not as expected, in words."""
    if expected.outcome is not None and outcome.kind != expected.outcome:
        yield f"Expected outcome {expected.outcome}, got {outcome.kind}: {_shortened(result.text)}"
    for text in expected.texts:
        if text not in result.text:
            yield f"Expected {text!r} in the text, got {_shortened(result.text)}"
    if expected.structured is not None and not holds(result.structured, expected.structured):
        yield f"Expected structured content with {identity(expected.structured)}, got {identity(result.structured)}"
    for name in ("is_error", "exit_code", "status"):
        wanted, got = getattr(expected, name), getattr(result, name)
        if wanted is not None and wanted != got:
            yield f"Expected {name} {wanted}, got {got}"


def holds(value: JSON, wanted: JSON) -> bool:
    """Whether ``value`` has everything that ``wanted`` has: objects may hold more, all else is the same."""
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and all(
            name in value and holds(value[name], item) for name, item in wanted.items()
        )
    return identity(value) == identity(wanted)


def same_calls(wanted: Sequence[JSON] | int, reached: Sequence[JSON]) -> bool:
    """Whether exactly the wanted calls reached an upstream; those that ran side by side may come in any order."""
    if isinstance(wanted, int):
        return len(reached) == wanted
    return sorted(map(identity, wanted)) == sorted(map(identity, reached))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\u2026"
