"""What a human said to an installation: asked for it, agreed, refused, or spoke of something else."""

from __future__ import annotations

import pytest

from agentport_harness.core.consent import agrees, asks_about_installing, asks_for, names_of, proposes, refuses

NAMES = names_of("google_calendar")


@pytest.mark.parametrize(
    ("integration", "said"),
    [
        ("gcal", "google calendar"),
        ("googlecalendar", "google calendar"),
        ("gdrive", "google drive"),
        ("msteams", "microsoft teams"),
        ("microsoftteams", "microsoft teams"),
    ],
)
def test_an_id_that_is_an_abbreviation_is_called_by_the_full_name(integration: str, said: str) -> None:
    assert any(name in said for name in names_of(integration))
    assert not any(name in "github" for name in names_of(integration))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Please install Google Calendar", "install"),
        ("Please install it", "install"),
        ("My calendar is to be connected", "install"),
        ("Replace Outlook with Google Calendar", "install"),
        ("Replace Google Calendar with Outlook", "uninstall"),
        ("Disconnect the calendar", "uninstall"),
        ("Don't install Notion yet. But do install the calendar", "install"),
        ("Add the Notion integration to the calendar", "install"),
    ],
)
def test_an_installation_is_asked_for(text: str, kind: str) -> None:
    assert asks_for(text, kind, NAMES)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("What is in my calendar?", "install"),
        ("Don't install the calendar", "install"),
        ("Install Notion", "install"),
        ("Add a meeting to the calendar", "install"),
        ("Connect with Dana about the calendar", "install"),
        ("Delete two meetings from the calendar", "uninstall"),
        ("Install Notion, then look up the weather in Lisbon for me", "uninstall"),
        ("Replace Outlook with Notion", "install"),
    ],
)
def test_other_wishes_ask_for_no_installation(text: str, kind: str) -> None:
    assert not asks_for(text, kind, NAMES)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("Yes, go ahead", True, False),
        ("Oh, sure!", True, False),
        ("Yes, but not yet", False, False),
        ("No, thanks", False, True),
        ("Which one?", False, False),
    ],
)
def test_an_answer_is_a_yes_a_no_or_neither(text: str, yes: bool, no: bool) -> None:
    assert (agrees(text), refuses(text)) == (yes, no)


def test_a_question_about_installing_proposes_what_it_names() -> None:
    question = "Shall I install Google Calendar?"
    assert asks_about_installing(question)
    assert proposes(question, NAMES)
    assert not proposes("Shall I install Notion?", NAMES)
    assert not proposes("I am in the calendar.", NAMES)
