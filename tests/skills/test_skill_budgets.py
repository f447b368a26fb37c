"""Skills stay small enough to be read whole, and carry only what they link to."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from tests.skills.bundle import NAMES, SKILLS, texts

LINES = {"agentport-overview": 80, "agentport-mcp": 120, "agentport-cli": 120}
TOKENS = 2_500
LINKS = re.compile(r"`(references/[^`]+)`|\]\(([^)]+)\)")


@pytest.mark.parametrize("name", NAMES)
def test_a_skill_stays_within_its_lines(name: str) -> None:
    assert len(texts(name)["SKILL.md"].splitlines()) <= LINES[name]


@pytest.mark.parametrize("encoding", ["cl100k_base", "o200k_base"])
@pytest.mark.parametrize("name", NAMES)
def test_a_skill_and_each_of_its_references_stay_within_the_token_budget(name: str, encoding: str) -> None:
    splintr = pytest.importorskip("splintr", reason="the tokenizer of splintr-rs is not installed")
    tokenizer = splintr.Tokenizer.from_pretrained(encoding)
    over = {file: count for file, text in texts(name).items() if (count := len(tokenizer.encode(text))) >= TOKENS}
    assert over == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_skill_holds_only_markdown_one_level_deep(name: str) -> None:
    files = [path.relative_to(SKILLS / name) for path in (SKILLS / name).rglob("*") if path.is_file()]
    assert [file for file in files if file.suffix != ".md"] == []
    assert {file.parent.as_posix() for file in files} <= {".", "references"}
    assert not any(path.is_symlink() for path in (SKILLS / name).rglob("*"))


@pytest.mark.parametrize("name", NAMES)
def test_every_link_resolves_inside_the_skill_and_every_reference_is_linked(name: str) -> None:
    files = set(texts(name))
    linked = {first or second for first, second in LINKS.findall(texts(name)["SKILL.md"])}
    local = {link for link in linked if not link.startswith(("http:", "https:", "#"))}
    assert {PurePosixPath(link).as_posix() for link in local} == files - {"SKILL.md"}


@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_wider_than_a_reader_can_follow(name: str) -> None:
    prose = [
        line
        for text in texts(name).values()
        for line in re.sub(r"^```.*?^```$|\A---\n.*?^---$", "", text, flags=re.MULTILINE | re.DOTALL).splitlines()
        if not line.startswith("|")
    ]
    assert [line for line in prose if len(line) > 120] == []
