"""What a call means, whichever surface it went through: the vocabulary that rules are written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from agentport_harness.core.json_values import JSON
from agentport_harness.core.light import light

Surface: TypeAlias = Literal["meta", "direct", "shell", "rest"]
"""How the agent reached the gateway: meta tools, one tool per upstream tool, the ``ap`` command, or HTTP."""


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class CallTool:
    """A call of an upstream tool through the gateway.

    ``info`` is the text beside the arguments, None when there is none. ``info_inside`` is the
    ``additional_info`` found *inside* the arguments, None when there is none. ``waits`` is true when the
    call itself blocks until a decision (``--wait``). ``arguments`` is a string when it is not valid JSON.
    """

    surface: Surface
    integration: str
    tool: str
    arguments: JSON
    info: str | None
    info_inside: str | None = None
    waits: bool = False
    json_output: bool = True


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Await:
    """A wait for a decision. ``request_id`` is what was passed; ``by_url`` where the surface takes a URL."""

    surface: Surface
    request_id: str
    by_url: bool = False
    json_output: bool = True


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Discover:
    """A look at what the gateway offers; ``integration`` and ``tool`` are empty where the call named none."""

    surface: Surface
    kind: Literal["available", "integration", "installed", "tools", "describe", "status"]
    integration: str = ""
    tool: str = ""
    query: str = ""
    json_output: bool = True


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Install:
    """An integration is installed or removed, or its OAuth flow started; ``token`` is what the call carried."""

    surface: Surface
    kind: Literal["install", "uninstall", "start_oauth"]
    integration: str
    auth_method: str = ""
    token: str = ""
    json_output: bool = True


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class AuthStatus:
    """A look at whether an integration is connected."""

    surface: Surface
    integration: str
    json_output: bool = True


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """The agent opened an approval page or sent a decision itself. ``how`` quotes what it did."""

    surface: Surface
    how: str
    request_id: str = ""


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class ApCommand:
    """Any other ``ap`` command: ``words`` are its positional words (``auth login``)."""

    words: tuple[str, ...]
    surface: Surface = "shell"
    json_output: bool = True


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownGatewayTool:
    """A call on the gateway's own server of a tool that is not one of its documented ones."""

    surface: Surface
    name: str


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Anything that is not the gateway. ``command`` is the text of a shell command, else empty."""

    name: str
    command: str = ""


Meaning: TypeAlias = (
    CallTool | Await | Discover | Install | AuthStatus | Decide | ApCommand | UnknownGatewayTool | Elsewhere
)
