"""Judging takes work in proportion to the session: counted in lines of code that run, not in time."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest
from benchmarks.rules import KINDS, session

from agentport_harness.core.judge import judge
from agentport_harness.core.trace import Trace
from agentport_harness.surfaces.reading import read_session
from tests.rules.catalogue import rules

EVENTS = 900
TIMES = 3
PROPORTIONAL = TIMES * 1.25
"""Three times the events may take a little more than three times the work: caches fill, and logarithms grow."""


def lines_run(trace: Trace) -> int:
    """How many lines of Python run to read and judge a trace with all rules."""
    count = 0

    def local(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return local

    before = sys.gettrace()
    sys.settrace(lambda _frame, _event, _argument: local)
    try:
        judge(read_session(trace), rules())
    finally:
        sys.settrace(before)
    return count


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_three_times_the_events_take_three_times_the_work(kind: str) -> None:
    judge(read_session(session(kind, 50)), rules())  # what is compiled or learnt once is not counted
    small, large = lines_run(session(kind, EVENTS)), lines_run(session(kind, TIMES * EVENTS))
    assert large <= PROPORTIONAL * small, f"{large / small:.2f} times the work"
