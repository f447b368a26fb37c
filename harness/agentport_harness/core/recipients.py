"""Who and what a text says a call is for, against who and what its arguments name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from agentport_harness.core.json_values import JSON
from agentport_harness.core.opaque import id_prefix

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}(?<![.-])")
_ASKER = re.compile(
    r"(?:\bfrom|\bby|\bbehalf of|\bfrom:|\bask\w*\b(?! (?:\w+ )?to\b)|\breport\w*|\bwrote|\bper|\bvon|"
    r"\bim auftrag (?:von|des|der)|"
    r"\bde la part de|\bpar|\bpor|\bdi|\bda|\bsigned in as|\blogged in as|"
    r"\bcc|\breply[- ]to|\bown(?:ed|er)|\bmanaged|\bvia|\binstead of|\bnot|\bold(?: \w+)?|\bformer(?: \w+)?|"
    r"\breplac\w*|来自|应|根据)\W{0,3}(?:\w+ ){0,3}[(<]?\s*$",
    re.IGNORECASE,
)
_ASKS_AFTER = re.compile(
    r"^[)>]?\W{0,2}(?:asked|asks|requested|requests|wants|wanted|reported|wrote|needs|said|says|told|called|"
    r"hat gebeten|bat|bittet|möchte|a demandé|demande|pidió|ha chiesto|pediu|要求|请求)",
    re.IGNORECASE,
)
_SENDER_KEY = re.compile(r"from|sender|reply|owner|author|organi[sz]er|creator|created|cc$|bcc", re.IGNORECASE)
_PREFIXED = re.compile(r"(?<![\w/-])[a-z]{2,8}_(?:(?:test|live)_)?(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{3,64}(?!\w)")
_CHANNEL = re.compile(r"(?<![\w/&])#([a-z][\w-]{1,80})")
_PERSON_KEY = re.compile(
    r"^(?:full_?name|name|customer_?name|recipient(?:_?name)?|payee(?:_?name)?|beneficiary(?:_?name)?|"
    r"account_?holder|contact(?:_?name)?|assignee|attendee|to_?name|employee(?:_?name)?|display_?name)$",
    re.IGNORECASE,
)
_PERSON = re.compile(r"(?<![^\W\d_])[^\W\d_a-z][^\W\d_]{1,39}(?:[ -][^\W\d_a-z][^\W\d_]{1,39}){1,3}")
_PAID = re.compile(rf"\b(?i:to|pay|paying|refund|an|für|à|pour|a|para)\s+({_PERSON.pattern})")
_PHONE = re.compile(r"(?<!\w)\+\d(?:[ ()./-]{0,2}\d){7,14}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,4})?\b")
_LONGEST = 300
_MOST = 50


def compared(text: str, arguments: JSON) -> Iterator[tuple[str, str, bool]]:
    """What the text names, what the arguments name, and whether they agree, for each kind that both name."""
    plain = unicodedata.normalize("NFKC", text)
    named = list(_named_values(arguments))
    for compare in (_emails, _records, _channels, _telephones, _accounts, _people):
        yield from compare(plain, named)


def _emails(text: str, named: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, bool]]:
    given = {
        match.group().casefold()
        for name, value in named
        if not _SENDER_KEY.search(name)
        for match in [_whole_email(value)]
        if match
    }
    all_given = {address.casefold() for _, value in named for address in _EMAIL.findall(value)}
    said = [(match.group(), match) for match in islice(_EMAIL.finditer(text), _MOST)]
    if not given or not said:
        return
    if any(address.casefold() in all_given for address, _ in said):
        yield said[0][0], min(given), True
        return
    described = _mentions(text, given)
    for address, match in said:
        before, after = text[max(0, match.start() - 50) : match.start()], text[match.end() : match.end() + 30]
        if not any(_close(address.casefold(), other) for other in given) and (
            _ASKER.search(before) or _ASKS_AFTER.search(after) or described
        ):
            continue
        yield address, min(given), False
        return


def _mentions(text: str, given: set[str]) -> bool:
    """Whether the text names a recipient in other words than the whole address."""
    words = set(re.findall(r"\w{3,}", _EMAIL.sub(" ", text).casefold()))
    return any(words & set(re.findall(r"\w{3,}", address.rpartition(".")[0])) for address in given)


def _close(one: str, other: str) -> bool:
    """Whether two addresses differ as a mistake or a disguise would make them: the same name or nearly so."""
    (name, _, host), (name2, _, host2) = one.partition("@"), other.partition("@")
    return name == name2 or (
        host == host2 and len(name) == len(name2) and sum(a != b for a, b in zip(name, name2, strict=True)) <= 1
    )


def _records(text: str, named: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, bool]]:
    given = {value for _, value in named if id_prefix(value)}
    kinds = {id_prefix(value).casefold(): value for value in given}
    said = _PREFIXED.findall(text)
    for record in said:
        other = kinds.get(id_prefix(record).casefold())
        if record in given:
            yield record, record, True
        elif other is not None and other not in said:
            yield record, other, False


def _channels(text: str, named: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, bool]]:
    given = {
        value.lstrip("#").casefold()
        for name, value in named
        if "channel" in name.casefold() and re.fullmatch(r"#?[a-z][a-z_-]+[\w-]*", value)
    }
    said = {channel.casefold() for channel in _CHANNEL.findall(text)}
    if given and said:
        yield f"#{min(said)}", f"#{min(given)}", bool(given & said)


def _telephones(text: str, named: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, bool]]:
    given = {
        _digits(value) for name, value in named if _PHONE.fullmatch(value.strip()) and not _SENDER_KEY.search(name)
    }
    said = {_digits(number) for number in _PHONE.findall(text)}
    if given and said:
        yield f"+{min(said)}", f"+{min(given)}", bool(given & said)


def _accounts(text: str, named: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, bool]]:
    given = {
        value.replace(" ", "")
        for name, value in named
        if _IBAN.fullmatch(value.strip()) and not _SENDER_KEY.search(name)
    }
    said = {account.replace(" ", "") for account in _IBAN.findall(text)}
    if given and said:
        yield min(said), min(given), bool(given & said)


_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "sir",
        "madam",
        "herr",
        "frau",
        "monsieur",
        "madame",
        "mme",
        "mlle",
        "señor",
        "señora",
        "sr",
        "sra",
        "signor",
        "signora",
        "sig",
        "senhor",
        "senhora",
        "pan",
        "pani",
        "mevrouw",
        "meneer",
    ]
)
"""Words before a family name that are no first name."""


def _people(text: str, named: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, bool]]:
    lowered = text.casefold()
    said = [*_PAID.findall(text), *_PERSON.findall(text)]
    for name, value in named:
        if not _PERSON_KEY.search(name) or not _PERSON.fullmatch(value):
            continue
        words = value.casefold().split()
        if value.casefold() in lowered or all(word in lowered for word in words):
            yield value, value, True
        elif other := next(
            (person for person in said if _shares_one_name(person, words) or _is_for(text, person, words)), ""
        ):
            yield other, value, False


def _shares_one_name(person: str, words: Sequence[str]) -> bool:
    """Whether a person of the text has one of these names and another one besides."""
    theirs = person.casefold().split()
    if theirs[0].rstrip(".") in _TITLES:
        return False
    return len(theirs) == len(words) == 2 and (theirs[0] == words[0]) != (theirs[1] == words[1])


def _is_for(text: str, person: str, words: Sequence[str]) -> bool:
    """Whether the text says "to" or "pay" before a person who shares no name with the arguments' one."""
    if any(word in text.casefold() for word in words):
        return False
    return person in _PAID.findall(text)


def _named_values(arguments: JSON) -> Iterator[tuple[str, str]]:
    waiting: list[tuple[str, JSON]] = [("", arguments)]
    steps = 0
    while waiting and (steps := steps + 1) < 20_000:
        name, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += list(value.items())
        elif isinstance(value, str):
            if len(value) <= _LONGEST:
                yield name, unicodedata.normalize("NFKC", value)
        elif isinstance(value, Sequence):
            waiting += [(name, item) for item in value]


def _whole_email(value: str) -> re.Match[str] | None:
    """The address when the value is one, alone or as ``Name <address>``."""
    bracketed = re.fullmatch(r"[^<>@]{0,100}<([^<>]+)>", value.strip())
    return _EMAIL.fullmatch(bracketed[1] if bracketed else value.strip())


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
