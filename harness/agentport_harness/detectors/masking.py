"""Takes credentials and e-mail addresses out of text, so that a report of a recording can be passed on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agentport_harness.detectors.secrets import plain, secrets_in

SECRET, ADDRESS = "[secret]", "[e-mail]"
_ADDRESS = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}")
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)", re.DOTALL
)
_REST = r"[\w.~+/=-]*"
_SHORTEST_PIECE = 4


class Mask:
    """Masks what is found in a text itself, and what was found in the texts it was made from.

    So a password that the human named stays hidden in the call that used it, where nothing says what it is.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._known: dict[str, None] = {}
        for text in texts:
            self._known.update(dict.fromkeys(secret.value for secret in secrets_in(text)))

    def text(self, text: str) -> str:
        """The text without credentials and addresses; one that has none is returned as it is."""
        text = _PRIVATE_KEY.sub(SECRET, text)
        own = {secret.value: None for secret in secrets_in(text)}
        for value in sorted({**self._known, **own}, key=len, reverse=True):
            if value not in text and value in own:
                text = plain(text)  # it is written with characters that look alike or are not seen
            if value in text:
                text = re.sub(re.escape(value) + (_REST if value in own else ""), SECRET, text)
        return _ADDRESS.sub(ADDRESS, self._cut(text))

    def _cut(self, text: str) -> str:
        """The text, where it was cut off in the middle of a known credential, without that piece."""
        if not text.endswith("\u2026"):
            return text
        kept = text[:-1]
        for value in self._known:
            for length in range(min(len(value), len(kept)), _SHORTEST_PIECE - 1, -1):
                if kept.endswith(value[:length]):
                    return f"{kept[:-length]}{SECRET}\u2026"
        return text
