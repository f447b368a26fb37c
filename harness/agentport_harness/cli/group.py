"""The group of commands, and what every command's faults become: a line for people and an exit code."""

from __future__ import annotations

import importlib
import logging
import os
import pkgutil
import signal
import sys
import threading
from collections.abc import Sequence

import click

from agentport_harness import __version__, cli
from agentport_harness.core.errors import HarnessError

INTERRUPTED = 130
_ORDER = ("replay", "check", "gateway", "skills", "serve", "doctor", "agent", "rules", "explain")
_START_OTHERS = {"replay", "gateway", "agent"}
"""Commands that start gateways and clients, which must not outlive them."""
_NOT_COMMANDS = {"main", "group", "options", "output", "skills_diff", "tracing", "streaming"}


class Commands(click.Group):
    """Finds a command's module by the command's name, and imports it only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        found = {info.name for info in pkgutil.iter_modules(cli.__path__)} - _NOT_COMMANDS
        return sorted(found, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"agentport_harness.cli.{cmd_name}")
        command: click.Command = module.command
        return command


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 clean · 1 violations or a stale baseline entry · 2 bad input or usage · "
    "3 gateway or client unreachable · 4 a fault of the harness itself · 130 interrupted.",
)
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def group() -> None:
    """Checks what AI agents and gateways do around a human approval.

    Start with `agentport-conformance replay`: it plays the shipped transcripts over real MCP against a reference
    gateway on this machine and judges them rule by rule. `check` judges recorded sessions of real agents.
    """


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; no fault leaves a traceback behind."""
    # what libraries log of a broken peer is said by the report, in its place
    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    if arguments and arguments[0] in _START_OTHERS and threading.current_thread() is threading.main_thread():
        # who is told to end ends what was started, as after Ctrl-C
        signal.signal(signal.SIGTERM, lambda _number, _frame: signal.raise_signal(signal.SIGINT))
    try:
        code = group.main(list(arguments), prog_name="agentport-conformance", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except HarnessError as error:
        click.echo(f"agentport-conformance: {error}", err=True)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away; there is nobody to tell
        return 0
    except Exception as error:
        if os.environ.get("AGENTPORT_TRACEBACK"):
            raise
        click.echo(f"agentport-conformance: a fault of its own: {type(error).__name__}: {error}", err=True)
        click.echo("  hint: AGENTPORT_TRACEBACK=1 shows where it happened; please report it", err=True)
        return HarnessError.exit_code
    return int(code or 0)
