"""Recorded text made harmless: nothing hidden stays hidden, and a glance reads no more than a glance."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from agentport_harness.core.safe_text import one_line, visible


def test_what_hides_or_reorders_is_written_as_its_code() -> None:
    assert visible("a\u202eb\x1b[31m\U000e0041") == "a\\u202eb\\x1b[31m\\U000e0041"
    assert visible("a\nb", keep="\n") == "a\nb"


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_one_line_has_no_break_and_is_no_longer_than_asked(text: str, width: int) -> None:
    line = one_line(text, width)
    assert len(line) <= width
    assert len(line.splitlines()) <= 1


def test_a_short_text_is_whole_and_a_long_one_says_that_it_goes_on() -> None:
    assert one_line("  one\n two\t", 40) == "one two"
    assert one_line("x" * 41, 40) == "x" * 39 + "\u2026"
    assert one_line("x" + " " * 1000 + "y", 40) == "x\u2026"


def test_ten_megabytes_are_not_read_for_one_line() -> None:
    huge = "word " * 2_000_000
    started = time.process_time()
    assert len(one_line(huge, 300)) == 300
    assert time.process_time() - started < 0.1
