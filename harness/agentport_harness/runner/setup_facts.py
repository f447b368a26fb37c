"""What a set-up needs from outside the client's files: what the gateways answer, and which skills are installed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from agentport_harness.bundled import skills_folder
from agentport_harness.core.json_values import as_text
from agentport_harness.runner.installed import copy_in
from agentport_harness.setups.client import Client
from agentport_harness.setups.endpoint import Endpoint
from agentport_harness.setups.entries import urlsplit_or_none
from agentport_harness.setups.reading import Surroundings, expanded
from agentport_harness.setups.sent import headers_of, resolved
from agentport_harness.setups.setup import Entry, Setup, SkillFolder
from agentport_harness.setups.transmission import in_clear
from agentport_harness.skill_bundle.bundle import Bundle
from agentport_harness.skill_files import folder_bundle

MOST_ASKED = 5
"""Entries of one client whose gateways are asked, so that the time is bounded."""


def endpoints_of(setup: Setup) -> tuple[dict[str, Endpoint], dict[str, str]]:
    """What each entry's gateway answers, by name, and why the others were not asked."""
    answered: dict[str, Endpoint] = {}
    untold: dict[str, str] = {}
    for entry in setup.entries:
        url = next((as_text(entry.table[name]) for name in setup.client.url_fields if name in entry.table), "")
        if urlsplit_or_none(url) is None or not url.startswith(("http://", "https://")):
            continue
        headers, missing = _headers(setup, entry)
        reason = _closed(setup, entry, url, headers) or missing
        if len(answered) >= MOST_ASKED:
            reason = f"{MOST_ASKED} others were"
        if reason:
            untold[entry.name] = reason
        else:
            answered[entry.name] = _asked(url, headers)
    return answered, untold


def _headers(setup: Setup, entry: Entry) -> tuple[dict[str, str], str]:
    """The headers that the client would send, or why they are not known."""
    headers: dict[str, str] = {}
    by_itself = setup.client.credentials.by_itself
    for header in headers_of(setup, entry):
        value = resolved(setup, header)
        if value is None:
            return {}, "a variable that its headers need is not set here"
        try:
            value.encode("ascii")
        except UnicodeEncodeError:
            return {}, "a header has letters in it that cannot be sent"
        if any(ord(character) < 32 for character in value) or not header.name.isascii():
            return {}, "a header has a line end or a control character in it"
        if by_itself and re.search(by_itself, value):
            return {}, "the client fills its key in by itself"
        headers[header.name] = value
    helper = next((name for name in ("http_headers_helper", "headersHelper") if name in entry.table), "")
    return ({}, f"{helper} is a program, and is not run") if helper else (headers, "")


def _closed(setup: Setup, entry: Entry, url: str, headers: Mapping[str, str]) -> str:
    """Why no request may go out: a project's file must not send a key to wherever it likes."""
    if headers and in_clear(url):
        return "the key would cross a network in clear"
    project = any(part.file.scope == "project" for part in entry.parts)
    if not project or not headers or setup.trust == "yes":
        return ""
    own = [urlsplit_or_none(setup.wanted_url)]
    own += [
        urlsplit_or_none(as_text(part.table.get(name)))
        for other in setup.entries
        for part in (*other.parts, *other.beaten)
        if part.file.scope in ("user", "local")
        for name in setup.client.url_fields
    ]
    if urlsplit_or_none(url) in [place for place in own if place is not None]:
        return ""
    return "a project's file names the address, and the key goes there only when you do too: --url"


def _asked(url: str, headers: Mapping[str, str]) -> Endpoint:
    import anyio

    from agentport_harness.transports.endpoint import ask

    return anyio.run(ask, url, headers)


def skill_folders(
    client: Client, around: Surroundings
) -> tuple[tuple[SkillFolder, ...], tuple[SkillFolder, ...], tuple[str, ...]]:
    """The folders with any of the shipped skills that the client reads, those that it does not, and the names."""
    shipped = _shipped()
    names = tuple(skill.folder for skill in shipped.skills)
    seen: set[Path] = set()

    def found(patterns: tuple[str, ...]) -> tuple[SkillFolder, ...]:
        folders: list[SkillFolder] = []
        for place in _places(patterns, client, around):
            # the same folder by a link is the same copy
            real = {(place / name).resolve() for name in names if (place / name).is_dir()}
            if real and not real <= seen:
                seen.update(real)
                copies = tuple(copy_in(place, name, shipped) for name in names)
                folders.append(SkillFolder(path=str(place), copies=copies))
        return tuple(folders)

    return found(client.skills), found(client.unread), names


def _places(patterns: tuple[str, ...], client: Client, around: Surroundings) -> Iterator[Path]:
    for pattern in patterns:
        for project in around.projects if pattern.startswith("{project}") else ("",):
            path, star, rest = expanded(pattern, client, around, project).partition("/*")
            yield from sorted(Path(path).glob(f"*{rest}")) if star else (Path(path),)


@cache
def _shipped() -> Bundle:
    """The skills of this package; they do not change while it runs."""
    return folder_bundle(skills_folder())
