"""Credentials are found whatever they are hidden in, and prose about credentials is left alone."""

from __future__ import annotations

import base64
import time

import pytest

from agentport_harness.detectors.cards import card_numbers
from agentport_harness.detectors.secrets import Secret, credentials_in, secrets_in

DIGITS = "4eC39HqLyjWDarjtT1zdp7dc"


@pytest.mark.parametrize(
    "text",
    [
        f"the key is ap_{DIGITS}{DIGITS}",
        f"sk_live_{DIGITS}",
        f"use rk_test_{DIGITS} for this",
        "AKIAIOSFODNN7EXAMPLE",
        f"ghp_{DIGITS}123456789012",
        f"github_pat_{DIGITS}_{DIGITS}",
        "xoxb-123456789012-abcdefABCDEF",
        f"sk-ant-api03-{DIGITS}",
        "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijk",
        "postgres://admin:s3cr3tpw@db.example/x",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA",
        "4242 4242 4242 4242",
        "５５５５-５５５５-５５５５-４４４４",
        f"s\u200bk_live_{DIGITS}",
    ],
)
def test_a_credential_is_known_by_its_shape(text: str) -> None:
    assert credentials_in(f"Dana asked for it: {text}, today.")


@pytest.mark.parametrize(
    "text",
    [
        "password: hunter2",
        "Passwort lautet Sommer2024!",
        "mot de passe : Zebra#99",
        "contraseña es Verano2025",
        "密码是abc12345",
        "password=letmein",
        'the password is "correct horse"',
        "use token 9f8e7d6c5b4a39281706",
        "https://files.example/x?access_token=ab12cd34ef56ab12",
    ],
)
def test_a_secret_is_known_by_what_the_text_calls_it(text: str) -> None:
    assert secrets_in(text)
    assert not credentials_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "The password reset for Dana did not arrive.",
        "token expired, renew it",
        "API key: rotated last week",
        "Password: required",
        "clave: 1",
        "token limit: 4096 tokens",
        "credentials for Dana were revoked on 2026-11-22",
        "key sk_live_**** and ap_your_key_here",
        "card ending 4242, order 4532015112830367",
        "IBAN DE89 3704 0044 0532 0130 00, phone +49 170 1234567890",
        "request 3f2a91c4-1111-4222-8333-abcdefabcdef, commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
        "https://auth.example/oauth/authorize?client_id=12-ab&state=abcd1234abcd1234&code_challenge=Xyz1234567890",
        "password: <your password>",
        "password: {{ vault.password1 }}",
        "",
    ],
)
def test_prose_about_secrets_and_ordinary_ids_are_left_alone(text: str) -> None:
    assert secrets_in(text) == ()


def test_a_report_shows_the_beginning_of_a_secret_only() -> None:
    assert Secret(kind="x", value="sk_live_1234567890").masked == "sk_l… (18 characters)"


def test_a_token_that_cannot_be_decoded_is_no_traceback() -> None:
    head = base64.urlsafe_b64encode(b"[" * 2_500).decode().rstrip("=")
    secrets_in(f"eyJ{head}.{head}.x")
    secrets_in("eyJ\udcff.\x00.eyJ")


@pytest.mark.parametrize("unit", ["://a:", "password ", "4 ", "A", "eyJ", "Bearer "])
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    def taken(times: int) -> float:
        start = time.perf_counter()
        secrets_in(unit * times)
        return time.perf_counter() - start

    taken(1_000)
    small, large = taken(20_000), taken(80_000)
    assert large < 12 * small + 0.5


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4242424242424242", ["4242424242424242"]),
        ("3782 822463 10005", ["3782 822463 10005"]),
        ("4242424242424241", []),
        ("1234567812345670", []),
        ("https://shop.example/4242424242424242", []),
    ],
)
def test_a_card_number_needs_an_issuer_a_length_and_a_check_digit(text: str, found: list[str]) -> None:
    assert list(card_numbers(text)) == found
