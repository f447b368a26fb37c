"""What the human who reviews a call is told: the texts of ``additional_info`` (``--info``) that say something."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.calls import CallTool
from agentport_harness.core.readings import invisible
from agentport_harness.core.session import Action, Session

LONGEST = 8_000
"""Characters of one text that judgement rules read; what is longer is read at its beginning and its end."""


def says_something(info: str | None) -> bool:
    """Whether a text holds more than white space and invisible characters."""
    return info is not None and any(not (character.isspace() or invisible(character)) for character in info)


def infos(session: Session) -> Iterator[tuple[Action, CallTool, str]]:
    """Every call whose text beside the arguments says something, with that text."""
    for action, call in session.calls():
        if call.info is not None and says_something(call.info):
            yield action, call, _readable(call.info)


def _readable(info: str) -> str:
    return info if len(info) <= LONGEST else f"{info[: LONGEST * 3 // 4]}\n{info[-LONGEST // 4 :]}"
