"""What people meet, in the words in which they meet it: each is reproduced, found and mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.homes import KEY, doctor, found, home_with, messages, write
from tests.serving import Served

AS_DOCUMENTED = """\
[mcp_servers.agentport]
url = "{url}"
default_tools_approval_mode = "approve"

[mcp_servers.agentport.headers]
X-API-Key = "{key}"
"""


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTPORT_API_KEY", KEY)


def test_the_tools_do_not_show_up(gateway: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The address lacks /mcp, and the key is in the table that Codex ignores."""
    home = home_with(tmp_path, "codex")
    key = gateway.told["api_key"]
    write(home.config, AS_DOCUMENTED.format(url=gateway.told["base_url"], key=key))

    _, before, _ = doctor(capsys, home, "--online")
    code, after, printed = doctor(capsys, home, "--online", "--fix", "--yes")

    assert {"DR202", "DR204"} <= {rule for rule, _, _ in found(before, home)}
    assert (code, found(after, home)) == (0, [])
    assert "speaks 2025-11-25" in after["sessions"][0]["warnings"][-1]
    assert key not in printed


def test_every_call_still_asks_for_approval(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The approval mode stands under a section whose name differs by a dash."""
    home = home_with(tmp_path, "codex")
    home.replace('default_tools_approval_mode = "approve"\n', "")
    with home.config.open("a") as file:
        file.write('\n[mcp_servers.agent-port]\ndefault_tools_approval_mode = "approve"\n')

    _, before, _ = doctor(capsys, home)
    code, after, _ = doctor(capsys, home, "--fix", "--yes")

    assert found(before, home) == [
        ("DR104", ".codex/config.toml", home_line(before)),
        ("DR301", ".codex/config.toml", 4),
    ]
    assert "'agent-port' is not the server's name, which is 'agentport'" in messages(before, "DR104")[0]["message"]
    assert (code, found(after, home)) == (0, [])
    assert "agent-port" not in home.config.read_text()


def home_line(report: dict) -> int:
    return messages(report, "DR104")[0]["location"]["line"]


def test_calls_that_need_approval_hang(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The skills are stale, and the client cuts the wait off before the gateway answers."""
    home = home_with(tmp_path, "codex")
    home.replace("tool_timeout_sec = 300", "tool_timeout_sec = 30")
    home.replace('version: "0.1.0"', 'version: "0.0.1"', ".agents/skills/agentport-mcp/SKILL.md")

    _, report, _ = doctor(capsys, home)

    assert [rule for rule, _, _ in found(report, home)] == ["DR306", "DR502"]
    assert "ends an await after 30 s" in messages(report, "DR306")[0]["message"]
    assert "npx skills update" in messages(report, "DR502")[0]["expected"]
