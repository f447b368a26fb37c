"""Conforming sessions with random damage: half real, half nonsense, and still judged, mutated and printed."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from agentport_harness.core.judge import judge
from agentport_harness.core.trace import AgentMessage, HumanMessage, ToolCall, ToolResult, Trace, UrlPrompt
from agentport_harness.surfaces.reading import read_session
from tests.rules.catalogue import rules
from tests.rules.generator import session
from tests.rules.mutants import operators

BATCHES, EACH = 12, 60


def damaged(random: Random) -> Trace:
    """A conforming session of which events were dropped, doubled, moved, cut short, or robbed of what they carried."""
    trace = session(random)
    events = list(trace.events)
    for _ in range(random.choice((1, 1, 2, 4))):
        if not events:
            break
        at = random.randrange(len(events))
        event = events[at]
        match random.choice(("drop", "double", "move", "cut", "rob", "silence", "merge", "give_up")):
            case "drop":
                del events[at]
            case "double":
                events.insert(random.randrange(len(events) + 1), event)
            case "move":
                events.insert(random.randrange(len(events)), events.pop(at))
            case "cut":
                del events[at:]
            case "silence":
                events = [item for item in events if not isinstance(item, (AgentMessage, UrlPrompt))]
            case "merge":
                events = [item for item in events if not isinstance(item, HumanMessage)]
            case "give_up":
                events = [
                    replace(item, text="Still pending.", structured=None) if isinstance(item, ToolResult) else item
                    for item in events
                ]
            case _ if isinstance(event, ToolCall):
                events[at] = replace(event, arguments=random.choice(({}, "text", {"request_id": 3}, None)))
            case _ if isinstance(event, ToolResult):
                events[at] = replace(event, text="", structured=random.choice((None, {}, {"outcome": "expired"})))
            case _:
                pass
    return replace(
        trace, events=tuple(events), lacks=frozenset(random.choice(((), (), ("history",), ("assistant_text",))))
    )


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_damaged_session_is_judged_and_mutated_without_a_traceback(batch: int) -> None:
    for number in range(EACH):
        trace = damaged(Random(f"damaged/{batch}/{number}"))
        read = read_session(trace)
        assert len(judge(read, rules())) == len(rules())
        for _, operator in operators():
            for mutant in operator.apply(read):
                assert isinstance(mutant, Trace)
