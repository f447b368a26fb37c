"""Places where a test may have the process killed, to see what is left; otherwise they do nothing."""

from __future__ import annotations

import os
import signal
from typing import Final, Literal

Failpoint = Literal[
    "asking",
    "asked",
    "deciding",
    "decided",
    "consuming",
    "consumed",
    "called",
    "finishing",
    "finished",
    "giving_back",
    "given_back",
    "ran_allowed",
]
"""Those that end in -ing lie inside a transaction, before its commit."""

_WANTED: Final = os.environ.get("AGENTPORT_TEST_FAILPOINT")


def reach(point: Failpoint) -> None:
    """Die here, with no chance to tidy up, if that is what the environment asks for."""
    if point == _WANTED:
        os.kill(os.getpid(), signal.SIGKILL)
