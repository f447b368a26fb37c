"""The TLS settings that every upstream connection shares: building them takes tens of milliseconds, once."""

from __future__ import annotations

import functools
import ssl


@functools.cache
def trusted() -> ssl.SSLContext:
    """The system's certificate authorities."""
    return ssl.create_default_context()
