"""Redirect URIs as values: what fits, what is built of them, and what people are told."""

from __future__ import annotations

import pytest

from agentport_gateway.domain.redirects import answer, destination, fault_in, fits, form_target

APP = "com.example.app:/callback"


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://a.example/cb", "https://a.example/cb?code=c+d"),
        ("https://a.example/cb?x=&y=1", "https://a.example/cb?x=&y=1&code=c+d"),
        (APP, "com.example.app:/callback?code=c+d"),
        ("cursor://anysphere.cursor-mcp/oauth", "cursor://anysphere.cursor-mcp/oauth?code=c+d"),
        ("app:///cb", "app:///cb?code=c+d"),
    ],
)
def test_an_answer_is_added_to_what_the_uri_says_already(uri: str, expected: str) -> None:
    assert answer(uri, code="c d", state=None) == expected


@pytest.mark.parametrize(
    ("uri", "words", "target"),
    [
        ("https://a.example:8443/cb", "the site a.example:8443", "https://a.example:8443"),
        ("http://localhost:1/cb", "a program on your own machine (localhost)", "http://localhost:1"),
        (APP, "the app that opens com.example.app: links", "com.example.app:"),
    ],
)
def test_people_and_the_content_policy_are_told_where_it_goes(uri: str, words: str, target: str) -> None:
    assert (destination(uri), form_target(uri)) == (words, target)


@pytest.mark.parametrize(
    ("registered", "asked", "fit"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:9/cb", True),
        ("http://127.0.0.1:1", "http://127.0.0.1:9/", True),
        ("http://[::1]:1/cb", "http://[::1]:9/cb", True),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1:9/cb?x", False),
        ("http://127.0.0.1:1/cb", "http://localhost:9/cb", False),
        ("https://a.example/cb", "https://a.example:9/cb", False),
        ("https://localhost/cb", "https://localhost:9/cb", False),
        (APP, APP, True),
        (APP, APP + "/x", False),
        ("javascript:x", "javascript:x", False),
    ],
)
def test_only_ports_of_loopback_are_free(registered: str, asked: str, fit: bool) -> None:
    assert fits(registered, asked) is fit


@pytest.mark.parametrize(
    "uri",
    [
        "https://a.example:x/",
        "https:///cb",
        "http://a.example/cb",
        "https://a.example/\u00e9",
        "https://a.example/ b",
        "https://a.example\\b",
        "https://a.example/#",
        "https://@a.example/",
        "data:x",
        "app:",
        "no uri",
        "x" * 401,
    ],
)
def test_what_cannot_be_registered_has_a_reason(uri: str) -> None:
    assert fault_in(uri)
