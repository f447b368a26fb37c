"""What every upstream offers: its tools, and one call that says honestly how far it got."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentport_gateway.domain.outcomes import UpstreamResult

Reach = Literal["never", "answered", "unknown"]


class UpstreamError(Exception):
    """A call that has no result.

    `reach` is how far it got: `never` (nothing was sent, so it is safe to try again), `answered` (the
    upstream refused or failed), `unknown` (cut off in between: it may have run). The text is fit for agents.
    """

    def __init__(self, message: str, *, reach: Reach, refused_credential: bool = False) -> None:
        super().__init__(message)
        self.reach = reach
        self.refused_credential = refused_credential


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A tool as its upstream describes it."""

    name: str
    description: str
    input_schema: dict[str, Any] = field(default_factory=lambda: {"type": "object"})

    @cached_property
    def _validator(self) -> Any:
        from jsonschema import SchemaError
        from jsonschema.validators import validator_for
        from referencing import Registry

        validator = validator_for(self.input_schema)
        try:
            validator.check_schema(self.input_schema)
        except SchemaError:
            # A schema that is no schema refuses nothing: the upstream will judge the arguments itself.
            return None
        # An empty registry: a schema's `$ref` must never make the gateway fetch an address.
        return validator(self.input_schema, registry=Registry())

    def faults(self, arguments: Mapping[str, Any]) -> list[str]:
        """Why the input schema refuses these arguments; empty when it does not."""
        validator = self._validator
        if validator is None:
            return []
        from referencing.exceptions import Unresolvable

        try:
            if validator.is_valid(arguments):
                return []
            return [
                f"arguments{error.json_path[1:]}: {_short(error.message)}"
                for error in sorted(validator.iter_errors(arguments), key=lambda error: error.json_path)
            ][:5]
        except Unresolvable:
            return []


def _short(text: str) -> str:
    return text if len(text) <= 300 else text[:297] + "..."


class Upstream(Protocol):
    """One installed integration's other end."""

    @property
    def in_process(self) -> bool:
        """Whether a call ends before the process can be asked anything else."""
        ...

    async def tools(self, *, fresh: bool = False) -> Mapping[str, Tool]:
        """The tools by name, from the cache unless `fresh`. Raises UpstreamError."""
        ...

    async def call(self, tool_name: str, arguments: Mapping[str, Any]) -> UpstreamResult:
        """The upstream's own answer. Raises UpstreamError."""
        ...

    async def token_works(self) -> bool:
        """Whether the upstream takes the credential it was made with. Raises UpstreamError."""
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...
