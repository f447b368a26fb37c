"""URLs taken apart, whatever was written in their place."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit


def split_url(text: str) -> SplitResult:
    """The parts of a URL; of a text that is none (``http://[::1``), everything is its path."""
    try:
        return urlsplit(text)
    except ValueError:
        return SplitResult(scheme="", netloc="", path=text, query="", fragment="")
