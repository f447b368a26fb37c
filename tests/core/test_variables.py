"""``${…}`` takes values of their own type, slices of texts, and refuses what nobody captured."""

from __future__ import annotations

import pytest

from agentport_harness.core.errors import InputError
from agentport_harness.core.variables import filled, filled_text

KNOWN = {"url": "https://gw/approve/1234", "count": 3, "first": {"structured": {"items": [1, 2]}}}


def test_a_text_that_is_one_variable_takes_its_type() -> None:
    assert filled("${count}", KNOWN, at="$") == 3
    assert filled("${first.structured}", KNOWN, at="$") == {"items": [1, 2]}


def test_a_variable_inside_a_text_becomes_text_at_any_depth() -> None:
    assert filled({"a": ["see ${url}", 1, None]}, KNOWN, at="$") == {"a": ["see https://gw/approve/1234", 1, None]}


def test_a_slice_of_a_text_is_taken() -> None:
    assert filled_text("${url[:10]} and ${url[-4:]}", KNOWN, at="$") == "https://gw and 1234"


def test_a_text_stays_a_text() -> None:
    assert filled_text("${count}", KNOWN, at="$") == "3"


@pytest.mark.parametrize("text", ["${other}", "${url.more}", "${first.text}"])
def test_what_nobody_captured_is_refused_with_what_there_is(text: str) -> None:
    with pytest.raises(InputError, match=r"Expected a value captured so far \(count, first, url\).*at `\$\.say`"):
        filled(text, KNOWN, at="$.say")
