"""How URLs were shown to the human: whole, altered, or not at all. Any number of URLs in one pass over a text.

*Whole* is the URL character by character, where it can be copied or clicked: followed by white space, by
punctuation (of any script), or by letters that cannot belong to a URL; as the target of a Markdown or HTML link whose
visible text is not a different URL; in an autolink, a code span or a table cell.

*Altered* is anything in which the URL can still be recognised: part of its id, an ellipsis, a placeholder in
place of the id, a line break inside it, another scheme, host or port, something appended, an invisible or
look-alike character in or next to it, a Markdown link that leads elsewhere, or a link from nowhere (a
shortener's). An alteration that has lost the id could stand for any URL of its kind: it is *unnamed*.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from agentport_harness.core.needles import compiled
from agentport_harness.core.readings import as_the_eye_reads, invisible, without_breaks
from agentport_harness.core.urls import split_url

_TRAILING = ".,;:!?)]}>\"'*_`|~"
"""ASCII that may follow a URL in prose or Markdown without belonging to it."""

_URL = compiled(
    r"(?:https?://|www\.)[^\s<>\"'`|\\^{}\[\]()\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff5b-\uff65]+(?:\{[^}\s]{0,200}\}[^\s<>\"'`|]*)?",
    re.IGNORECASE,
)
_MARKDOWN_LINK = re.compile(r"\[([^\[\]\n]{0,2000})\]\(\s*<?([^\s()<>]{1,4000})>?(?:\s+[\"'][^\"'\n]*[\"'])?\s*\)")
_HTML_LINK = re.compile(r"<a\s(?P<tag>[^<>]{0,4000})>(?P<label>[^<>]{1,4000})</a", re.IGNORECASE)
_TARGET = re.compile(r"\bhref\s*=\s*[\"']?([^\s\"'<>]+)", re.IGNORECASE)
_ID_LIKE = re.compile(r"[0-9A-Za-z_.~:%@+=-]{8,}")
_DIGIT = re.compile(r"[0-9]")
_EDGE = re.compile(r"(?P<start>(?<![0-9A-Za-z])(?=[0-9A-Za-z]))|(?P<end>(?<=[0-9A-Za-z])(?![0-9A-Za-z]))")
_TELLING = 8
"""How many characters of an id are enough to recognise it, if a digit is among them; the first group of a UUID."""
_LONGEST_SHORT_LINK = 12
_WIDEST = 80
_FEW = 16
"""URLs whose ids are looked for in a text one by one before its words are taken apart."""
_KINDS = 8
"""How many hosts and paths of approval pages one session can have; a gateway has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """One text in which a URL stands ``how``; ``evidence`` quotes the place."""

    how: Literal["whole", "altered"]
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one text shows of the URLs that were looked for. ``altered`` maps to the evidence, ``unnamed`` is some."""

    whole: frozenset[str] = frozenset()
    altered: dict[str, str] = field(default_factory=dict)
    unnamed: str = ""


class Watch:
    """A set of URLs to look for. Reading a text takes time linear in it, however many URLs there are."""

    def __init__(self, urls: Iterable[str]) -> None:
        self.urls = frozenset(url for url in urls if "://" in url)
        self.lengths = sorted({len(url) for url in self.urls})
        self.schemes = sorted({url.partition("://")[0] for url in self.urls})[:_KINDS]
        heads: dict[str, list[str]] = defaultdict(list)
        tails: dict[str, list[str]] = defaultdict(list)
        for url in self.urls:
            if head := telling(url):
                heads[head.lower()].append(url)
                tails[_telling_end(url).lower()].append(url)
        # what several ids share tells of none of them
        self.heads = {head: found[0] for head, found in heads.items() if len(found) == 1}
        self.tails = {tail: found[0] for tail, found in tails.items() if len(found) == 1}
        self.sizes = sorted({len(text) for text in (*self.heads, *self.tails)})
        paths = sorted({split_url(url).path.rstrip("/").rpartition("/")[0] for url in self.urls if telling(url)} - {""})
        hosts = sorted({split_url(url).netloc for url in self.urls} - {""})
        self.places = [without_breaks(place).lower() for place in (*paths, *hosts)]
        kinds = [rf"(?:{_any_of(paths)})/\S*"] if paths else []
        kinds += [rf"https?://(?:{_any_of(hosts)})(?![0-9A-Za-z.-])[^\s)>\]\"'`]*"] if hosts else []
        self.kind = re.compile("|".join(kinds), re.IGNORECASE) if kinds else None

    def read(self, text: str, known: Container[str] = ()) -> Reading:
        """What ``text`` shows of these URLs. ``known`` are links that others brought into the session.

        A link that is not among them is one that the agent made up, a shortener's or a look-alike's.
        """
        if not self.urls or not text:
            return Reading()
        altered = dict(self._misleading(text))
        spans = list(self._whole(text))
        whole = frozenset(text[start:stop] for start, stop in spans) - altered.keys()
        rest = _blanked(text, spans)
        named: list[tuple[int, int]] = []
        may_tell = _DIGIT.search(rest) or not rest.isascii()  # every end of an id that tells of it holds a digit
        for reading in dict.fromkeys((rest, as_the_eye_reads(rest), without_breaks(rest))) if may_tell else ():
            for start, stop, url in self._named(reading):
                if url not in whole:
                    altered.setdefault(url, _passage(reading, start, stop))
                if reading == rest and (not named or start >= named[-1][1]):
                    named.append(_word(rest, start, stop))
        return Reading(whole=whole, altered=altered, unnamed=self._unnamed(_blanked(rest, named), known))

    def _whole(self, text: str) -> Iterator[tuple[int, int]]:
        """Where these URLs stand whole."""
        for start in self._starts(text):
            for length in self.lengths:
                stop = start + length
                if text[start:stop] in self.urls and _starts_cleanly(text, start) and _ends_cleanly(text, stop):
                    yield start, stop

    def _starts(self, text: str) -> Iterator[int]:
        at = text.find("://")
        while at >= 0:
            for scheme in self.schemes:
                if text.startswith(scheme, max(0, at - len(scheme))) and at >= len(scheme):
                    yield at - len(scheme)
            at = text.find("://", at + 3)

    def _misleading(self, text: str) -> Iterator[tuple[str, str]]:
        """Links, of Markdown or HTML, that show one of the URLs and lead elsewhere."""
        every = [(match[1], match[2], match[0]) for match in _MARKDOWN_LINK.finditer(text)] if "](" in text else []
        if "</" in text:
            for match in _HTML_LINK.finditer(text):
                target = _TARGET.search(match["tag"])
                every.append((match["label"], target[1] if target else "", match[0]))
        for label, leads_to, link in every:
            for start in self._starts(label):
                for length in self.lengths:
                    if (url := label[start : start + length]) in self.urls and url != leads_to:
                        yield url, link

    def _named(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where enough of one of the ids stands to recognise it: either end of it, where a word ends too."""
        if not self.sizes or (len(self.heads) <= _FEW and not self._holds_an_end(text.lower())):
            return
        for token in _ID_LIKE.finditer(text):
            word = token.group().lower()
            if not _DIGIT.search(word):
                continue
            for edge in _EDGE.finditer(word):
                at = edge.start()
                for size in self.sizes:
                    if edge.lastgroup == "start" and (url := self.heads.get(word[at : at + size])):
                        yield token.start() + at, token.start() + at + size, url
                    elif edge.lastgroup == "end" and at >= size and (url := self.tails.get(word[at - size : at])):
                        yield token.start() + at - size, token.start() + at, url

    def _may_be_of_kind(self, text: str) -> bool:
        """Whether any reading of the text can hold one of the pages or hosts."""
        lowered = without_breaks(text).lower()
        return not text.isascii() or any(map(lowered.__contains__, self.places))

    def _holds_an_end(self, lowered: str) -> bool:
        return any(end in lowered for ends in (self.heads, self.tails) for end in ends)

    def _unnamed(self, text: str, known: Container[str]) -> str:
        """The passage that could stand for any of the URLs: their page with no id, their host, a link from nowhere."""
        readings = (text, as_the_eye_reads(text), without_breaks(text)) if self._may_be_of_kind(text) else ()
        for reading in dict.fromkeys(readings):
            for match in self.kind.finditer(reading) if self.kind else ():
                if not _leads_elsewhere(match.group(), known):
                    return _passage(reading, match.start(), match.end())
        return next((link for link in links_in(text) if _could_stand_for(link) and link not in known), "")


def showing(text: str, url: str, *, known: Container[str] = (), others: Collection[str] = ()) -> Showing | None:
    """How ``text`` shows one URL, None when nothing of it can be recognised.

    ``known`` are the links that others brought into the session. ``others`` are the `telling` parts of further
    URLs: a link that holds one of these is about that one and is passed over.
    """
    if others:
        about = {match.span() for match in _URL.finditer(text) if telling(match.group(0).rstrip(_TRAILING)) in others}
        text = _blanked(text, about)
    seen = _watch(url).read(text, known)
    if url in seen.whole:
        return Showing(how="whole", evidence=url)
    evidence = seen.altered.get(url) or seen.unnamed
    return Showing(how="altered", evidence=evidence) if evidence else None


@lru_cache(maxsize=64)
def _watch(url: str) -> Watch:
    return Watch((url,))


def may_hold_link(text: str) -> bool:
    """Whether it is worth to look for links."""
    return "://" in text or "www." in text.lower()


def links_in(text: str) -> Iterator[str]:
    """Every http link of a text, without the punctuation after it."""
    for match in _URL.finditer(text):
        yield match.group(0).rstrip(_TRAILING)


def telling(url: str) -> str:
    """The part of a URL's last segment that is enough to recognise it, empty when that segment is no id."""
    identifier = split_url(url).path.rstrip("/").rpartition("/")[2]
    digit = next((at for at, character in enumerate(identifier) if character.isdigit()), -1)
    return identifier[: max(_TELLING, digit + 1)] if digit >= 0 and len(identifier) >= _TELLING else ""


def _telling_end(url: str) -> str:
    identifier = split_url(url).path.rstrip("/").rpartition("/")[2]
    digit = max(at for at, character in enumerate(identifier) if character.isdigit())
    return identifier[min(len(identifier) - _TELLING, digit) :]


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in list(words)[:_KINDS])


def _starts_cleanly(text: str, start: int) -> bool:
    if start == 0:
        return True
    before = text[start - 1]
    if invisible(before) or (before.isascii() and before.isalnum()):
        return False
    if before in "=/&?%#":
        # a URL inside another one's query or path is a link to that other one
        token = re.split(r"[\s<>()\[\]\"'`]", text[max(0, start - 2000) : start])[-1]
        return "://" not in token
    return True


def _ends_cleanly(text: str, stop: int) -> bool:
    rest = text[stop : stop + 64]
    if not rest or rest[0].isspace():
        return True
    first = rest[0]
    if invisible(first):
        return False
    if not first.isascii():
        return True
    if first in _TRAILING:
        tail = rest.lstrip(_TRAILING)
        # `?`, `.` and the like are punctuation only when no more of a URL follows them
        return first in ")]}>\"'`|" or not tail or tail[0].isspace() or not tail[0].isascii() or tail[0] in "([{<\\"
    return first in "(<[{\\"


def _could_stand_for(link: str) -> bool:
    """Whether a link that nobody mentioned before could be meant for another: a short link, or one to approve at."""
    parts = split_url(link if "://" in link else f"https://{link}")
    segments = [segment for segment in parts.path.split("/") if segment]
    short = len(segments) == 1 and len(segments[0]) <= _LONGEST_SHORT_LINK and "." not in segments[0]
    return (short and not parts.query) or "approv" in link.casefold()


def _leads_elsewhere(link: str, known: Container[str]) -> bool:
    """Whether a link to the gateway is one that others brought in, to another page than one to approve at."""
    link = link.rstrip(_TRAILING)
    return "approv" not in link.casefold() and split_url(link).path.strip("/") != "" and link in known


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with a space in place of each of these parts."""
    kept: list[str] = []
    at = 0
    for start, stop in sorted(spans):
        kept.append(text[at:start])
        at = max(at, stop)
    return " ".join([*kept, text[at:]]) if kept else text


def _word(text: str, start: int, stop: int) -> tuple[int, int]:
    """The part from ``start`` to ``stop``, widened to white space as far as a link reaches."""
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while stop < len(text) and not text[stop].isspace():
        stop += 1
    return start, stop


def _passage(text: str, start: int, stop: int) -> str:
    """The words around a match, so that the quotation can be read on its own."""
    left = max(text.rfind(" ", max(0, start - _WIDEST), start), text.rfind("\n", max(0, start - _WIDEST), start)) + 1
    near = text[stop : stop + _WIDEST]
    right = min((at for at in (near.find(" "), near.find("\n")) if at >= 0), default=len(near))
    return text[max(left, start - _WIDEST) : stop + right]
