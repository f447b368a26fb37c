"""A scripted transcript: what an agent says and calls, what the human does and when, and what must come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from agentport_harness.core.json_values import JSON

Mode: TypeAlias = Literal["allow", "require_approval", "deny"]
Deed: TypeAlias = Literal["approves", "always_allows", "denies", "says"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedTool:
    """A tool of the upstream that the harness runs: its schema, its mode in the gateway, and what it answers.

    ``delay`` is in seconds. ``fault`` makes the upstream misbehave instead of answering.
    """

    name: str
    description: str = ""
    input_schema: Mapping[str, JSON] = field(default_factory=lambda: {"type": "object"})
    mode: Mode = "require_approval"
    text: str = "ok"
    structured: JSON = None
    is_error: bool = False
    delay: float = 0.0
    fault: Literal["", "hang_up", "garbage"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """One upstream MCP server, installed in the gateway under an id that ``${name}`` stands for.

    One that wants a ``sign_in`` is installed with OAuth, and nobody has signed in to it.
    """

    name: str
    tools: tuple[ScriptedTool, ...]
    sign_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a result must look like; what is None is not looked at. ``texts`` must all stand in it."""

    outcome: str | None = None
    texts: tuple[str, ...] = ()
    structured: JSON = None
    is_error: bool | None = None
    exit_code: int | None = None
    status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanAct:
    """What the human does: decides a request (by default the latest), or says something.

    ``after_polls`` counts the waits that came back as still pending before the human acts.
    """

    deed: Deed
    text: str = ""
    request_id: str = ""
    after_polls: int = 0
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """The agent writes text."""

    text: str
    pointer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """The agent calls something: an MCP tool, a shell command, or the REST surface.

    ``human`` acts while the call is under way. ``repeat`` calls again while the answer is still pending.
    """

    kind: Literal["tool", "shell", "rest"]
    name: str
    arguments: JSON
    pointer: str
    label: str = ""
    human: HumanAct | None = None
    repeat: bool = False
    expect: Expectation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What stands in one answer of the model: texts in order, and calls that run concurrently."""

    parts: tuple[Say | Act, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamCheck:
    """What must have reached a tool by now: the very arguments in order, or a number of calls."""

    tool: str
    calls: tuple[JSON, ...] | int
    pointer: str


Step: TypeAlias = Together | HumanAct | UpstreamCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnScript:
    """One turn: the human's message and the agent's steps."""

    human: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One scripted session. ``verdict`` is exactly the rules that must be found broken, none when it conforms.

    ``approval_expiry`` is in seconds, None for the gateway's own. ``cut_off`` ends the recording without the
    client's end record. ``lines`` maps JSON paths to lines of the file at ``path``.
    """

    path: str
    title: str
    integrations: tuple[Integration, ...]
    turns: tuple[TurnScript, ...]
    verdict: frozenset[str]
    about: str = ""
    approval_expiry: float | None = None
    cut_off: bool = False
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name without its endings."""
        return self.path.rpartition("/")[2].removesuffix(".yaml").removesuffix(".transcript")

    @property
    def shells(self) -> bool:
        """Whether any step runs a shell command."""
        return any(act.kind == "shell" for act in self._acts())

    @property
    def outwaits(self) -> bool:
        """Whether any call waits longer than the gateway holds the line, or nobody decides while it does."""
        return any(
            act.repeat
            or (act.expect is not None and act.expect.outcome == "still_pending")
            or (act.human is not None and (act.human.deed == "says" or act.human.after_polls > 0))
            for act in self._acts()
        )

    def _acts(self) -> Iterator[Act]:
        for turn in self.turns:
            for step in turn.steps:
                if isinstance(step, Together):
                    yield from (part for part in step.parts if isinstance(part, Act))
