"""Whether plain words ask for an integration to be installed or removed, or agree to it."""

from __future__ import annotations

from typing import Literal

import pytest

from agentport_harness.core.consent import agrees, asks_about_installing, asks_for, refuses, speaks_of_installing

NOTION = frozenset({"notion"})
ASKS: list[tuple[str, Literal["install", "uninstall"]]] = [
    ("Please install Notion.", "install"),
    ("Notion: can you connect it?", "install"),
    ("Install whatever you need.", "install"),
    ("Replace Trello with Notion.", "install"),
    ("Switch from Notion to Trello.", "uninstall"),
    ("Remove the Notion integration.", "uninstall"),
    ("Add the connector to Notion.", "install"),
]
DOES_NOT: list[tuple[str, Literal["install", "uninstall"]]] = [
    ("Add a row to Notion.", "install"),
    ("Don't install Notion.", "install"),
    ("Install Trello.", "install"),
    ("Read my pages in Notion.", "install"),
    ("Delete the page from Notion.", "uninstall"),
    ("Connect with Dana about Notion.", "install"),
]


@pytest.mark.parametrize(("text", "kind"), ASKS)
def test_a_message_that_asks_for_it_is_a_request(text: str, kind: Literal["install", "uninstall"]) -> None:
    assert asks_for(text, kind, NOTION)


@pytest.mark.parametrize(("text", "kind"), DOES_NOT)
def test_a_message_that_uses_or_forbids_it_is_no_request(text: str, kind: Literal["install", "uninstall"]) -> None:
    assert not asks_for(text, kind, NOTION)


def test_a_yes_that_is_taken_back_is_none() -> None:
    assert agrees("Yes, go ahead.")
    assert not agrees("Yes, but not yet.")
    assert not agrees("No, thanks.")
    assert refuses("No, thanks.")


def test_a_question_about_installing_asks_and_names_it() -> None:
    assert asks_about_installing("Shall I install Notion?")
    assert not asks_about_installing("I have installed Notion.")
    assert not asks_about_installing("Shall I refund it?")
    assert speaks_of_installing("Switch to Notion.")
    assert not speaks_of_installing("Refund it.")
