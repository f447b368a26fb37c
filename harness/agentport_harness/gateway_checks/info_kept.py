"""The human reads what the agent wrote, and nothing that the agent drew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html.parser import HTMLParser

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, Unseen, gateway_check, sighted

_SITE = "attacker.example"
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@gateway_check(
    "GW502",
    level="MUST",
    needs=("probe", "requests", "log"),
    why="An agent that can draw on the reviewer's page can make a payment look like something else.",
    mend="Keep additional_info byte for byte, on the request and the log entry; escape it wherever it is shown.",
)
async def info_kept(bench: Bench) -> AsyncIterator[Sighting]:
    """It is stored on the request and the log, unaltered, and shown to the decider as text.

    No HTML or Markdown is interpreted. The page is looked at where the adapter can open it and it is made of HTML.
    """
    word = bench.stand.unique()
    info = (
        f"  Wörter 世界 🎈 {word} & &amp; 'quoted' \"twice\"\n\n"
        f'<b id="drawn-{word}">bold {word}</b><img src="https://{_SITE}/{word}" onerror="alert(1)">\n'
        f"**strong {word}** [read {word}](https://{_SITE}/{word}) <!-- {word} --> {{{{7*7}}}}\n"
    )
    tool = await bench.tool()
    agent = await bench.agent()
    asked = await agent.ask(tool, {"note": "kept"}, info=info)
    request = await bench.adapter.request(asked.request_id)
    yield sighted(
        request.get("additional_info") == info,
        "the request does not keep additional_info as it came",
        expected=ascii(info),
        evidence=ascii(request.get("additional_info")),
    )
    entries = await bench.adapter.log(integration_id=tool.integration_id)
    yield sighted(
        any(entry.get("additional_info") == info for entry in entries),
        "no log entry keeps additional_info as it came",
        expected=ascii(info),
        evidence=ascii([entry.get("additional_info") for entry in entries]),
    )
    if not bench.can("page"):
        return
    page = _Page(word)
    page.feed(await bench.adapter.page(asked.outcome.approval_url))
    if word not in page.text:
        yield Unseen(reason="the approval page does not show additional_info without scripts")
        return
    yield sighted(
        not page.drawn,
        "the approval page interprets additional_info as HTML or Markdown",
        expected="the text, escaped",
        evidence=", ".join(page.drawn),
    )
    yield sighted(
        f'<b id="drawn-{word}">' in page.text and f"[read {word}]" in page.text,
        "the approval page leaves out parts of additional_info",
        expected="the text, whole",
        evidence=page.text[max(page.text.find(word) - 100, 0) :][:600],
    )


class _Page(HTMLParser):
    """What of a page is text, and what was drawn on it by whoever knows the word."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.text = ""
        self.drawn: list[str] = []
        self._word = word
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._open.append(tag)
        if any(self._word in (value or "") for name, value in attrs if name not in ("value", "title", "aria-label")):
            self.drawn.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.text += data
        for tag in ("b", "strong", "em", "script"):
            if self._word in data and tag in self._open:
                self.drawn.append(f"<{tag}>")
