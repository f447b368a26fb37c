"""Whole, altered or not at all: what counts as showing a URL."""

from __future__ import annotations

import string
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentport_harness.core.links import Showing, Watch, links_in, showing, telling
from agentport_harness.core.readings import as_the_eye_reads, without_breaks
from agentport_harness.core.urls import split_url

ID = "3f2a91c4-7b1e-4c55-9d0a-5e6f708192a3"
URL = f"https://gw.example/approve/{ID}"
OTHER = "https://gw.example/approve/77aa0c1d-0000-4c55-9d0a-112233445566"
PLAIN = "https://gw.example/approve/latest"


def how(text: str, url: str = URL, *, known: Iterable[str] = (), others: Iterable[str] = ()) -> str:
    seen = showing(text, url, known=frozenset(known), others=frozenset(others))
    return seen.how if seen else "not at all"


@pytest.mark.parametrize(
    "text",
    [
        URL,
        f"Decide here: {URL}",
        f"Decide here: {URL}.",
        f"Decide here: {URL}...",
        f"Really {URL}?!",
        f"({URL})",
        f"<{URL}>",
        f"`{URL}`",
        f"**{URL}**",
        f"_{URL}_",
        f"[Decide here]({URL})",
        f"[{URL}]({URL})",
        f'[open]({URL} "the page")',
        f"[open]( <{URL}> )",
        f"| open | {URL} |",
        f"```\n{URL}\n```",
        f"承認はこちら：{URL}。お願いします",
        f"「{URL}」",
        f"URL={URL}",
        f"see {URL}\nand wait",
        f"{URL}<br>",
        f"{URL}[1]",
        f"Decide at {URL}, please",
        f"{URL[:30]}… in short; in full {URL}",
        f'<a href="{URL}">here</a>',
        f'<a href="{URL}">decide here</a>',
        f"<a class=x href={URL}>{URL}</a>",
    ],
)
def test_a_url_in_prose_markdown_or_another_script_is_whole(text: str) -> None:
    assert how(text) == "whole"


@pytest.mark.parametrize(
    "text",
    [
        URL[:-1],
        URL[:40],
        f"{URL[:40]}…",
        f"{URL[:40]}...",
        "https://gw.example/approve/{id}",
        "https://gw.example/approve/<request-id>",
        "https://gw.example/approve",
        "https://gw.example",
        f"the request {ID}",
        f"request {ID[:8]}",
        f"request …{ID[-8:]}",
        URL.replace("https", "http"),
        URL.replace("gw.example", "gw.example.evil.test"),
        URL.replace("gw.example", "gw.example:8443"),
        URL.replace("gw.example", "localhost"),
        f"{URL}/",
        f"{URL}?utm=1",
        f"{URL}#now",
        f"{URL}x",
        f"x{URL}",
        URL.replace("7b1e", "7b1e\n"),
        URL.replace("7b1e", "7b1\u200be"),
        f"{URL}\u200b",
        f"\u2060{URL}",
        f"[{URL}](https://evil.example/approve)",
        f"[{URL}](https://evil.example) or {URL}",
        f"https://proxy.example/?to={URL}",
        "https://gw.example/approve/3ｆ2a91c4-7b1e-4c55-9d0a-5e6f708192a3",
        "Approve at https://bit.ly/3xYz",
        "Approve at https://approvals.example/page/of/mine",
        URL.upper(),
        f'<a href="https://login.example/x">{URL}</a>',
    ],
)
def test_a_url_that_is_cut_disguised_or_re_hosted_is_altered(text: str) -> None:
    assert how(text) == "altered"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I have asked for approval.",
        "See https://docs.example/getting-started/with/refunds",
        "The version is 3f2a and the count 5e6f.",
        "cafe 12345678",
        OTHER.replace("https://gw.example/approve/", ""),
    ],
)
def test_a_text_without_it_shows_nothing(text: str) -> None:
    assert how(text) == "not at all"


def test_a_link_that_others_brought_does_not_stand_for_it() -> None:
    assert how("see https://bit.ly/3xYz", known={"https://bit.ly/3xYz"}) == "not at all"
    assert how("see https://gw.example/docs.", known={"https://gw.example/docs"}) == "not at all"
    assert how("see https://gw.example/docs") == "altered"


def test_a_link_about_another_request_is_passed_over() -> None:
    assert how(f"see {OTHER}", others={telling(OTHER)}) == "not at all"
    assert how(f"see {OTHER} and {URL}", others={telling(OTHER)}) == "whole"


def test_a_url_whose_last_part_is_a_word_is_known_by_its_host() -> None:
    assert telling(PLAIN) == ""
    assert how("https://gw.example/approve/lat…", PLAIN) == "altered"
    assert how("the latest", PLAIN) == "not at all"
    assert how(PLAIN, PLAIN) == "whole"


@pytest.mark.parametrize("url", ["", "approve/3f2a91c4-7b1e", "mailto:dana@example.com"])
def test_what_is_no_url_is_never_shown(url: str) -> None:
    assert how(f"see {url}", url) == "not at all"


def test_the_telling_part_of_an_id_holds_a_digit() -> None:
    assert telling(URL) == "3f2a91c4"
    assert telling("https://gw.example/approve/request-0001") == "request-0"
    assert telling("https://gw.example/approve/abc1") == ""
    assert telling("https://gw.example/approve/abcdefghij") == ""


def test_many_urls_are_told_apart_in_one_text() -> None:
    seen = Watch([URL, OTHER]).read(f"First {URL[:40]}…, then {OTHER}.")
    assert seen.whole == {OTHER}
    assert list(seen.altered) == [URL]
    assert URL[:40] in seen.altered[URL]
    assert seen.unnamed == ""


def test_ids_that_begin_alike_are_told_apart_by_their_ends() -> None:
    one, two = "https://gw.example/approve/request-0001", "https://gw.example/approve/request-0002"
    seen = Watch([one, two]).read("I asked: request-0002")
    assert list(seen.altered) == [two]
    assert not Watch([one, two]).read("by request-0, I mean").altered


def test_an_alteration_without_the_id_could_stand_for_any() -> None:
    seen = Watch([URL, OTHER]).read("See https://gw.example/approve/{id}")
    assert not seen.whole
    assert not seen.altered
    assert "{id}" in seen.unnamed


def test_the_passage_is_cut_to_what_a_report_can_carry() -> None:
    seen = showing(f"{'word' * 200}/approve/{'x' * 400}", URL)
    assert seen is not None
    assert len(seen.evidence) < 900


@given(st.text(), st.text())
def test_between_spaces_a_url_is_always_whole(before: str, after: str) -> None:
    assert how(f"{before.replace('[', '')} {URL} {after}") == "whole"


_INSERTS = st.sampled_from(list(string.ascii_letters + string.digits + "-_~%&=/\u200b\u00ad\u0301"))


@given(st.integers(min_value=8, max_value=len(URL) - 1), _INSERTS)
def test_one_character_more_inside_a_url_alters_it(at: int, character: str) -> None:
    assert how(f"Here: {URL[:at]}{character}{URL[at:]} ok") == "altered"


@given(st.integers(min_value=8, max_value=len(URL) - 1))
def test_one_character_less_alters_a_url(at: int) -> None:
    assert how(f"Here: {URL[:at]}{URL[at + 1 :]} ok") == "altered"


@given(st.lists(st.integers(0, 2**64), min_size=1, max_size=6, unique=True), st.data())
def test_a_watch_sees_of_each_url_what_a_look_for_it_alone_sees(numbers: list[int], data: st.DataObject) -> None:
    urls = [f"https://gw.example/approve/{number:016x}-7b1e" for number in numbers]
    shown = data.draw(st.lists(st.sampled_from(urls)))
    seen = Watch(urls).read(" and ".join(shown))
    assert seen.whole == set(shown)
    assert not seen.altered
    for url in set(shown):
        assert showing(" and ".join(shown), url) == Showing(how="whole", evidence=url)


def test_links_end_before_the_punctuation_after_them() -> None:
    text = f"See {URL}. Or (https://a.example/b?c=1), or www.c.example/d!"
    assert list(links_in(text)) == [URL, "https://a.example/b?c=1", "www.c.example/d"]


@given(st.text(st.characters(exclude_categories=())))
def test_a_reading_without_breaks_has_none_and_reads_the_same_again(text: str) -> None:
    bare = without_breaks(text)
    assert not any(character.isspace() for character in bare)
    assert as_the_eye_reads("a\u200bb\u00adc") == "abc"
    assert as_the_eye_reads("ｆｕｌｌ") == "full"


@given(st.text())
def test_any_text_can_be_taken_apart_as_a_url(text: str) -> None:
    assert split_url(text).path is not None
    assert split_url("http://[::1").path == "http://[::1"
