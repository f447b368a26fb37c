"""Front matter stays within the Agent Skills specification and is fit to be chosen by."""

from __future__ import annotations

import re

import pytest

from tests.skills.bundle import NAMES, SKILLS, front_matter, texts

ALLOWED = {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}


def test_there_are_exactly_the_three_skills() -> None:
    assert sorted(path.parent.name for path in SKILLS.rglob("SKILL.md")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_only_keys_of_the_specification_are_used(name: str) -> None:
    assert set(front_matter(name)) <= ALLOWED
    assert set(front_matter(name)["metadata"]) == {"version"}


@pytest.mark.parametrize("name", NAMES)
def test_the_name_is_that_of_the_folder(name: str) -> None:
    assert front_matter(name)["name"] == name
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name)
    assert len(name) <= 64


@pytest.mark.parametrize("name", NAMES)
def test_the_description_has_a_length_that_every_client_shows_whole(name: str) -> None:
    assert 250 <= len(front_matter(name)["description"]) <= 500


@pytest.mark.parametrize("name", NAMES)
def test_the_description_is_one_plain_line_that_lenient_and_strict_parsers_read_alike(name: str) -> None:
    (line,) = re.findall(r"^description: (.*)$", texts(name)["SKILL.md"], re.MULTILINE)
    assert line == front_matter(name)["description"]
    assert not re.search(r":(?:\s|$)|\s#|[<>]", line)


@pytest.mark.parametrize("name", NAMES)
def test_the_description_says_when_to_use_the_skill_and_points_to_a_sibling(name: str) -> None:
    description = front_matter(name)["description"]
    assert "Use when" in description or "Use at" in description
    assert any(other in description for other in NAMES if other != name)


@pytest.mark.parametrize("name", NAMES)
def test_compatibility_is_short(name: str) -> None:
    assert len(front_matter(name).get("compatibility", "")) <= 500
