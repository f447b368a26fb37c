"""What a mask takes out of a text, and what it leaves."""

from __future__ import annotations

import pytest

from agentport_harness.detectors.masking import Mask

KEY = "ghp_" + "a1B2" * 9


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("nothing here", "nothing here"),
        (f"use {KEY}, please", "use [secret], please"),
        ("write to dana.lee+x@mail.example.com.", "write to [e-mail]."),
        ("the password is hunter2!x", "the password is [secret]"),
        (f"{KEY} and {KEY}", "[secret] and [secret]"),
        ("k\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nend", "k\n[secret]\nend"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE never ends", "[secret]"),
        ("g\u200bhp_" + "a1B2" * 9, "[secret]"),
        (f"Authorization: Bearer {'a1b2c3d4' * 700}", "Authorization: [secret]"),
    ],
)
def test_credentials_and_addresses_are_masked_and_nothing_else(text: str, masked: str) -> None:
    assert Mask().text(text) == masked


def test_what_was_a_password_in_one_text_is_one_in_every_other() -> None:
    mask = Mask(["the password is hunter2!x"])
    assert mask.text('{"pw": "hunter2!x"}') == '{"pw": "[secret]"}'
    assert mask.text("it begins with hunter2\u2026") == "it begins with [secret]\u2026"
    assert mask.text("it begins with hun\u2026") == "it begins with hun\u2026"
