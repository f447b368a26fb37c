"""Which gateway a run is against: one given by options or a ready-file, or none, for an embedded one."""

from __future__ import annotations

import json
import os
from pathlib import Path

from agentport_harness.core.errors import InputError
from agentport_harness.transports.embedded import Gateway, gateway_of


def given_gateway(
    url: str | None, api_key: str | None, human_email: str | None, password_variable: str, ready_file: str | None
) -> Gateway | None:
    """The gateway that the options name, None when they name none. Raises `InputError` when something is missing."""
    if ready_file:
        return from_ready_file(Path(ready_file))
    if not url:
        return None
    if not url.startswith(("http://", "https://")):
        raise InputError("bad-url", f"Expected a URL with http:// or https://, got {url!r}", at="--gateway")
    base = url.rstrip("/").removesuffix("/mcp")
    missing = [name for name, value in (("--api-key", api_key), ("--human-email", human_email)) if not value]
    if missing:
        raise InputError("missing-credentials", f"a gateway by URL needs {' and '.join(missing)}", at="--gateway")
    password = os.environ.get(password_variable, "")
    if not password:
        raise InputError(
            "missing-password", f"the variable {password_variable} is not set",
            hint="put the human's password there; it is never taken from the command line",
        )  # fmt: skip
    return Gateway(
        base_url=base,
        mcp_url=f"{base}/mcp",
        api_key=api_key or "",
        human_email=human_email or "",
        human_password=password,
    )


def from_ready_file(path: Path) -> Gateway:
    """The gateway that a file of `serve --ready-file` describes. Raises `InputError` when it does not."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return gateway_of(told)
    except OSError as error:
        raise InputError("unreadable", error.strerror or str(error), at=str(path)) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError("bad-ready-file", "not a file that `serve --ready-file` wrote", at=str(path)) from None
