"""Prints how the time to judge a session grows with its events: about 10 times for 10 times the events is linear.

python benchmarks/rules.py [--most 100000] [--rules]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import agentport_harness.rules
from agentport_harness.core.discovery import members
from agentport_harness.core.judge import judge
from agentport_harness.core.rule import Rule
from agentport_harness.core.trace import AgentMessage, Event, HumanMessage, ToolCall, ToolResult, Trace
from agentport_harness.surfaces.reading import read_session

RULES = members(agentport_harness.rules, Rule)


def _block(number: int, *, turn: bool, same: bool, fault: bool) -> Iterator[Event]:
    """One gated call with its share, its wait and its report; ``fault`` leaves the share out."""
    request = f"{0 if same else number:08x}-7b1e-4c55-9d0a-5e6f708192a3"
    url = f"https://gw.example/approve/{request}"
    step = 3 * number
    wait = {"tool": "agentport__await_approval", "arguments": {"request_id": request}}
    if turn:
        yield HumanMessage(text=f"Refund order {number} of dana@example.com, 19.99 EUR, charged twice.")
    yield ToolCall(
        call_id=f"a{number}",
        tool="agentport__call_tool",
        step=step,
        arguments={
            "integration_id": "stripe",
            "tool_name": "create_refund",
            "arguments": {"order": 0 if same else number, "amount": 1999},
            "additional_info": f"Refund for order {number}: dana@example.com was charged twice, 19.99 EUR.",
        },
    )
    yield ToolResult(call_id=f"a{number}", text=f"A human has to approve this call first: {url}")
    share = "I am on it." if fault else f"To refund order {number}, charged twice, please decide here: {url}"
    yield AgentMessage(text=share, step=step + 1)
    yield ToolCall(call_id=f"b{number}", step=step + 1, **wait)  # type: ignore[arg-type]
    yield ToolResult(call_id=f"b{number}", text="Still pending: no decision yet.")
    yield ToolCall(call_id=f"c{number}", step=step + 2, **wait)  # type: ignore[arg-type]
    yield ToolResult(call_id=f"c{number}", text='{"status": "succeeded"}', structured={"outcome": "executed"})
    yield AgentMessage(text=f"The refund for order {number} went through.", step=step + 2)


def _shell(number: int, *, turn: bool, same: bool, fault: bool) -> Iterator[Event]:
    """The same on the command line, where the retry runs the call."""
    for event in _block(number, turn=turn, same=same, fault=fault):
        if isinstance(event, ToolCall):
            request = f"{0 if same else number:08x}-7b1e-4c55-9d0a-5e6f708192a3"
            arguments = f'{{"order": {0 if same else number}}}'
            command = f"ap tools await-approval --request-id {request} -o json"
            if event.tool.endswith("call_tool"):
                info = f"Refund for order {number}, charged twice"
                command = "ap tools call --integration stripe --tool create_refund -o json "
                command += f"--args '{arguments}' --info '{info}'"
            yield replace(event, tool="bash", arguments={"command": command})
        elif isinstance(event, ToolResult):
            text = event.text.replace("A human has to approve this call first:", "Approval required:")
            yield replace(event, text=text, structured=None, exit_code=2 if "pproval" in text else 0)
        else:
            yield event


KINDS = {
    "a turn for each request": (_block, True, False, False),
    "all requests in one turn": (_block, False, False, False),
    "the same request in every turn": (_block, True, True, False),
    "the same request in one turn": (_block, False, True, False),
    "faults in every turn": (_block, True, False, True),
    "faults in one turn": (_block, False, False, True),
    "the command line, one turn": (_shell, False, False, False),
    "the command line, the same request": (_shell, True, True, False),
}


def session(kind: str, count: int) -> Trace:
    """A session of about that many events."""
    block, turn, same, fault = KINDS[kind]
    events: list[Event] = [HumanMessage(text="Work through the refunds.")]
    number = 1
    while len(events) < count:
        events += block(number, turn=turn, same=same, fault=fault)
        number += 1
    return Trace(events=tuple(events))


def main() -> None:
    """Print seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=100_000)
    parser.add_argument("--rules", action="store_true", help="print the slowest rules too")
    options = parser.parse_args()
    sizes = [size for size in (1_000, 10_000, 100_000) if size <= options.most]
    sys.stdout.write(f"{'session':36}" + "".join(f"{size:>10} events" for size in sizes) + "   ratios\n")
    for kind in KINDS:
        seconds = []
        for size in sizes:
            trace = session(kind, size)
            started = time.process_time()
            read = read_session(trace)
            judge(read, RULES)
            seconds.append(time.process_time() - started)
        ratios = " ".join(f"{later / sooner:5.1f}" for sooner, later in pairwise(seconds))
        sys.stdout.write(f"{kind:36}" + "".join(f"{took:>15.2f} s" for took in seconds) + f"   {ratios}\n")
        sys.stdout.flush()
        if options.rules:
            _by_rule(kind, sizes)


def _by_rule(kind: str, sizes: list[int]) -> None:
    spent: dict[str, list[float]] = {}
    for size in sizes:
        read = read_session(session(kind, size))
        for rule in RULES:
            started = time.process_time()
            for _ in rule.check(read):
                pass
            spent.setdefault(rule.id, []).append(time.process_time() - started)
    for name, seconds in sorted(spent.items(), key=lambda pair: -pair[1][-1])[:4]:
        sys.stdout.write(f"    {name:32}" + "".join(f"{took:>15.2f} s" for took in seconds) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
