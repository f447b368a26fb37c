"""A pattern that asks for its words first finds what the plain pattern finds."""

from __future__ import annotations

import importlib
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentport_harness.core.languages import LANGUAGES
from agentport_harness.core.needles import Pattern, compiled
from agentport_harness.core.second_factor import _CODE
from agentport_harness.detectors.secrets import _SHAPES

RULES = "agentport_harness.rules"
LARGE = [
    importlib.import_module(f"{RULES}.no_secret_fishing")._ASK,
    importlib.import_module(f"{RULES}.look_before_leaving")._OUT_OF_REACH,
    _CODE,
    *(compiled(language.done) for language in LANGUAGES),
    *(compiled(language.open) for language in LANGUAGES),
    *(compiled(pattern) for _, pattern in _SHAPES),
]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"\bfail(?:ed|s)?\b|fehlgeschlagen", {"fail", "fehlgeschlagen"}),
        (r"colou?r", {"color", "colour"}),
        (r"gr[ae]y", {"gray", "grey"}),
        (r"(?:on|off)line", {"online", "offline"}),
        (r"the \w+ page", {" page"}),
        (r"(?:abc){2,3}", {"abc"}),
        (r"(?:\w+ abc)+", {" abc"}),
        (r"完成|done", {"完成", "done"}),
        (r"ab|done", set()),
        (r"x*", set()),
        (r"(?!abc)\w+", set()),
        (r"[^a]bcd", {"bcd"}),
        ("|".join(f"{chr(0x4E00 + number)}abc" for number in range(700)), set()),
        (r"(?:abc|def\d)?", set()),
        ("".join(f"[{a}{a.upper()}]" for a in "abcdefghij"), None),
    ],
)
def test_the_words_of_a_pattern_are_those_that_every_match_holds_one_of(pattern: str, words: set[str] | None) -> None:
    found = set(Pattern(pattern).words)
    assert found == words if words is not None else all(word.casefold() in "abcdefghij" for word in found)


@pytest.mark.parametrize(
    "number",
    [pytest.param(number, marks=[] if number % 8 == 0 else [pytest.mark.slow]) for number in range(len(LARGE))],
)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_a_pattern_matches_holds_one_of_its_words(number: int, data: st.DataObject) -> None:
    pattern = LARGE[number]
    plain = pattern._compiled
    text = data.draw(st.text(max_size=5)) + data.draw(st.from_regex(plain)) + data.draw(st.text(max_size=5))
    found, expected = pattern.search(text), plain.search(text)
    assert (found and found.span()) == (expected and expected.span())
    assert [match.span() for match in pattern.finditer(text)] == [match.span() for match in plain.finditer(text)]


def test_case_is_folded_where_the_pattern_ignores_it() -> None:
    pattern = compiled(r"straße|denied", re.IGNORECASE)
    for text in ("STRAßE", "Denied", "DENİED", "nothing"):
        expected = re.search(r"straße|denied", text, re.IGNORECASE)
        assert (pattern.search(text) is None) is (expected is None)
