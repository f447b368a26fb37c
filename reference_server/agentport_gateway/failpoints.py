"""Places where a test may have the process killed, to see what is left; otherwise they do nothing."""

from __future__ import annotations

import os
import signal
from typing import Final, Literal

Failpoint = Literal["asked", "decided", "consumed", "called", "finished"]

_WANTED: Final = os.environ.get("AGENTPORT_TEST_FAILPOINT")


def reach(point: Failpoint) -> None:
    """Die here, with no chance to tidy up, if that is what the environment asks for."""
    if point == _WANTED:
        os.kill(os.getpid(), signal.SIGKILL)
