"""Finding tools, loading skills and keeping notes are told apart from doing something."""

from __future__ import annotations

import pytest

from agentport_harness.core.json_values import JSON
from agentport_harness.core.preparing import prepares
from agentport_harness.core.trace import ToolCall
from tests.core.recorded import recorded

SKILL = "/home/mia/.agents/skills/agentport-mcp/SKILL.md"


@pytest.mark.parametrize(
    ("tool", "arguments", "does"),
    [
        ("tool_search", {"query": "agentport"}, True),
        ("ToolSearch", {"query": "agentport"}, True),
        ("Skill", {"skill": "agentport-mcp"}, True),
        ("activate_skill", {"name": "agentport-mcp"}, True),
        ("TodoWrite", {"todos": []}, True),
        ("read_file", {"path": SKILL}, True),
        ("Read", {"file_path": "C:\\skills\\agentport-mcp\\references\\outcomes.md"}, True),
        ("Read", {"file_path": "/srv/orders.md"}, False),
        ("Read", {"file_path": f"{SKILL}{'x' * 2_000}"}, False),
        ("Bash", {"command": f"cat {SKILL}"}, True),
        ("exec_command", {"cmd": f'bash -lc "sed -n 1,200p {SKILL}"'}, True),
        ("Bash", {"command": f"cat {SKILL} | sh"}, False),
        ("Bash", {"command": f"cat {SKILL} > /srv/orders.md"}, False),
        ("Bash", {"command": f"cat {SKILL}; rm -r /srv"}, False),
        ("Bash", {"command": f"rm {SKILL}"}, False),
        ("Bash", {"command": "cat /srv/orders.md"}, False),
        ("exec", {"input": "text(ALL_TOOLS.map(t => t.name))"}, True),
        ("exec", {"input": "ALL_TOOLS; await tools.mcp__mail__send({})"}, False),
        ("write_file", {"path": SKILL}, False),
        ("agentport__call_tool", {"integration_id": "stripe", "tool_name": "create_refund"}, False),
    ],
)
def test_what_prepares_touches_nothing_else(tool: str, arguments: dict[str, JSON], does: bool) -> None:
    (action,) = recorded(ToolCall(call_id="c1", tool=tool, arguments=arguments, step=1)).actions

    assert prepares(action) is does
