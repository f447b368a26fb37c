"""The command `agentport-conformance`. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from agentport_harness import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given in (["--version"], ["-V"]):  # answered before the command-line library is imported
        sys.stdout.write(f"agentport-conformance {__version__}\n")
        return 0
    from agentport_harness.cli.group import run

    return run(given)
