"""How agents are to be run, and which transcripts a client without a terminal can play."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agentport_harness.core.agent_client import AgentClient, Credential
from agentport_harness.core.transcript import Act, HumanAct, Together, Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentOptions:
    """How to run a client. Times in seconds.

    ``client_folder`` holds the client's command, empty for the PATH. ``model`` is a real model's name, empty for the
    scripted one, which is offered to the client as ``model_name``. ``reaction`` is how long the human takes to decide,
    ``time_limit`` how long one turn may take. ``compare`` runs every trial without the skills too. ``keep`` is the
    folder in which recordings and logs are left. ``poll_budget`` is an embedded gateway's; ``tool_timeout`` the
    client's limit for one call, None for its own default.
    """

    client: AgentClient
    client_folder: str = ""
    model: str = ""
    model_url: str = ""
    model_key: str = ""
    model_name: str = ""
    credential: Credential = "key"
    trials: int = 1
    compare: bool = False
    keep: Path | None = None
    reaction: float = 0.3
    time_limit: float = 120.0
    poll_budget: float = 1.0
    tool_timeout: float | None = None

    def __repr__(self) -> str:
        return f"AgentOptions({self.client.name!r}, {self.model or 'the scripted model'!r})"


def why_unplayable(transcript: Transcript) -> str:
    """Why a client without a terminal cannot play this transcript; empty when it can."""
    if transcript.cut_off:
        return "its recording is cut off in mid-turn, and a client's is not"
    for turn in transcript.turns:
        for step in turn.steps:
            if isinstance(step, HumanAct) and step.deed == "says":
                return "the human speaks while the agent is busy, and a client without a terminal cannot hear that"
            for part in step.parts if isinstance(step, Together) else ():
                if not isinstance(part, Act):
                    continue
                if part.kind != "tool":
                    return f"it has {part.kind} steps, and only tools of the gateway are played through a client"
                if part.human is not None and part.human.deed == "says":
                    return "the human speaks while a call is under way, and a client without a terminal cannot hear it"
    return ""
