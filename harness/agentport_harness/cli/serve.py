"""`serve`: runs the reference gateway."""

from __future__ import annotations

import click


@click.command("serve")
@click.option(
    "--host", metavar="ADDRESS", default="127.0.0.1", show_default=True,
    help="The address to listen on. Others reach it through a proxy that speaks TLS: see docs/deployment.md.",
)  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=4747, show_default=True, help="0 takes a free one.")
@click.option(
    "--database-url", metavar="URL",
    help="SQLAlchemy URL of the database. Left out: a SQLite file in your data folder; with --demo a temporary one.",
)  # fmt: skip
@click.option("--demo", is_flag=True, help="Two organisations, keys and two scripted integrations, ready to try.")
@click.option(
    "--organisations", type=click.IntRange(1, 1000), default=1, show_default=True,
    help="How many organisations may register.",
)  # fmt: skip
@click.option("--base-url", metavar="URL", help="The address that humans and clients see, behind a reverse proxy.")
@click.option(
    "--poll-budget", type=click.FloatRange(0.1, 3600), metavar="SECONDS",
    help="How long one await may hold the line; 45 when nothing is said.",
)  # fmt: skip
@click.option(
    "--approval-expiry", type=click.FloatRange(0.1, 86400), metavar="SECONDS",
    help="How long a request stays open, where the organisation sets nothing.",
)  # fmt: skip
@click.option(
    "--allow-upstream", "allow_upstreams", multiple=True, metavar="CIDR",
    help="Private addresses at which upstreams may be, for development. --demo allows loopback.",
)  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(1, 256), default=1, show_default=True,
    help="How many processes serve; more than one need PostgreSQL.",
)  # fmt: skip
@click.option(
    "--stop-with-stdin",
    is_flag=True,
    help="Stop when standard input ends: with the program that started it, whatever becomes of that.",
)
@click.option(
    "--ready-file", type=click.Path(dir_okay=False),
    help="Write addresses and demo credentials here (mode 600) once it answers; removed at exit.",
)  # fmt: skip
def command(
    host: str,
    port: int,
    database_url: str | None,
    demo: bool,
    organisations: int,
    base_url: str | None,
    poll_budget: float | None,
    approval_expiry: float | None,
    allow_upstreams: tuple[str, ...],
    workers: int,
    stop_with_stdin: bool,
    ready_file: str | None,
) -> int:
    """Run the reference gateway until Ctrl-C.

    Every setting is an environment variable too (AGENTPORT_DATABASE_URL, …): docs/deployment.md has them all.

    \b
    agentport-conformance serve --demo
    agentport-conformance serve --port 0 --demo --ready-file gateway.json
    agentport-conformance serve --database-url postgresql://user@host/name --workers 4
    """
    from pathlib import Path

    from agentport_gateway.serve import ServeOptions, run

    return run(
        ServeOptions(
            host=host,
            port=port,
            database_url=database_url,
            demo=demo,
            organisations=organisations,
            base_url=base_url,
            poll_budget_seconds=poll_budget,
            approval_expiry_seconds=approval_expiry,
            allow_upstreams=allow_upstreams,
            workers=workers,
            stop_with_stdin=stop_with_stdin,
            ready_file=Path(ready_file) if ready_file else None,
        )
    )
