"""What the pages say is there: commands, links, and a transcript that fits the format."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agentport_harness.cli.group import group
from agentport_harness.transcript_files import load_transcript

ROOT = Path(__file__).parents[2]
CONNECT = [f"docs/connect/{name}.md" for name in ("codex", "claude-code", "cursor", "vscode", "opencode", "gemini")]
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/transcripts.md",
    "docs/conventions.md",
    "docs/people.md",
    "docs/oauth.md",
    "docs/webhooks.md",
    "docs/recordings.md",
    "docs/gateway-conformance.md",
    "docs/doctor.md",
    "docs/agents.md",
    "docs/clients.md",
    *CONNECT,
    "harness/ARCHITECTURE.md",
]
COMMANDS = set(group.list_commands(None))  # type: ignore[arg-type]  # the group does not look at the context


def block(heading: str) -> str:
    """The first `sh` block under a heading of the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.search(r"```sh\n(.*?)```", text, re.DOTALL)
    assert found, heading
    return found.group(1).strip()


@pytest.mark.parametrize("heading", ["Run it", "Test it"])
def test_the_readme_has_one_command_that_needs_nothing_but_python(heading: str) -> None:
    command = block(heading)

    assert len(command.splitlines()) == 1
    assert command.startswith("python3 -m venv .venv && ")


def test_the_transcript_in_the_readme_has_twelve_lines_and_fits_the_format(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "denied.transcript.yaml"
    path.write_text(written, encoding="utf-8")

    assert len(written.splitlines()) == 12
    assert load_transcript(path).title == "The human denies, and the agent says so"


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_a_page_names_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")

    named = set(re.findall(r"agentport-conformance ([a-z]+)\b", text))

    assert named <= COMMANDS


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_leads_to_a_file(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = {target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target}

    missing = [target for target in targets - {""} if not (ROOT / page).parent.joinpath(target).exists()]

    assert missing == []


def test_the_steps_that_the_transcripts_page_lists_are_those_of_the_schema() -> None:
    from agentport_harness.schema_check import published

    steps = published("transcript.v1")["$defs"]["step"]["properties"]
    text = (ROOT / "docs" / "transcripts.md").read_text(encoding="utf-8")

    for name in ("say", "call", "await", "tool", "shell", "rest", "together", "human", "upstream"):
        assert name in steps
        assert f"`{name}:" in text


def test_the_table_of_recording_formats_is_that_of_the_importers() -> None:
    from agentport_harness.loaders import available

    text = (ROOT / "docs" / "recordings.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    dash = "\u2013"
    assert rows == [
        f"| `{one.name}` | {one.title} | {', '.join(one.versions)} | {', '.join(sorted(one.lacks)) or dash} |"
        for one in available()
    ]
