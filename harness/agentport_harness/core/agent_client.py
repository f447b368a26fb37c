"""An agent client: what its set-up looks like, how it is run without a terminal, and where its recordings lie."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Credential: TypeAlias = Literal["key", "bearer", "oauth"]
"""What the gateway is shown: its key as ``X-API-Key`` or ``Authorization: Bearer``, or a token that a human allowed."""

Provider: TypeAlias = Literal["openai", "anthropic", "gemini"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a client is set up with. Paths are absolute; times in seconds; secrets stay out of its repr.

    ``model_url`` is the model's base URL without a version, empty for the provider's own. ``tool_timeout`` is the
    client's limit for one call, None for its default.
    """

    home: str
    project: str
    mcp_url: str
    api_key: str
    model: str
    model_url: str
    model_key: str
    credential: Credential = "key"
    tool_timeout: float | None = None

    def __repr__(self) -> str:
        return f"Setup({self.home!r}, {self.mcp_url!r}, {self.model!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """How a client signs in to the gateway by OAuth: the ``arguments`` that have it do so.

    Where that takes a session on a terminal, ``line`` is typed there once it shows ``ready``, and it may end once it
    shows ``done``.
    """

    arguments: Sequence[str] = ()
    ready: str = ""
    line: str = ""
    done: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentClient:
    """One agent client and how to drive it.

    ``name`` is what ``--client`` takes, ``installer`` what the skills installer calls it, ``command`` the executable,
    ``package`` where npm has it, ``version`` the one that this was tried with. ``model`` is the name under which a
    scripted model is offered, ``key_variable`` the usual variable of the provider's key, ``skills`` the folder below
    the home in which the installer puts the skills.

    ``files`` are the client's own configuration, by path below the home. ``first`` and ``next`` are arguments for a
    prompt that opens a session and one that goes on in it; ``session_id`` finds the session in what was printed.
    ``sign_in`` is how it signs in to the gateway by OAuth, None where it cannot be made to.
    ``recordings`` are patterns below the home, best first; ``export`` are arguments that print the recording where
    the client keeps it in no file. ``connects`` is what the client says about the gateway's connection in what it
    printed, empty where it says nothing.
    """

    name: str
    title: str
    installer: str
    command: str
    package: str
    version: str
    provider: Provider
    model: str
    key_variable: str
    skills: str
    files: Callable[[Setup], Mapping[str, str]]
    environment: Callable[[Setup], Mapping[str, str]]
    first: Callable[[Setup, str], Sequence[str]]
    next: Callable[[Setup, str, str], Sequence[str]]
    session_id: Callable[[str], str]
    sign_in: SignIn | None = None
    recordings: Sequence[str] = ()
    export: Callable[[str], Sequence[str]] | None = None
    connects: Callable[[str], str] = lambda _printed: ""
