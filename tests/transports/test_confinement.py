"""What runs confined reaches its doors and nothing else, and leaves nothing behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import anyio
import pytest

from agentport_harness.transports import confined as program
from agentport_harness.transports.agent_process import Ended, clean_environment, run_client
from agentport_harness.transports.doors import doors, why_no_namespace

confined = pytest.mark.skipif(bool(why_no_namespace()), reason=f"no network namespace: {why_no_namespace()}")
CONFINED = program.__file__
KNOCK = """\
import socket, sys
for port in sys.argv[1:]:
    try:
        line = socket.create_connection(("127.0.0.1", int(port)), 5)
        line.sendall(b"hello")
        print(line.recv(100).decode() or "hung up")
    except OSError as error:
        print(type(error).__name__)
"""


async def ran(
    folder: Path, *arguments: str, reachable: Mapping[int, Path] | None = None, time_limit: float = 20.0
) -> Ended:
    return await run_client(
        [sys.executable, "-c", *arguments],
        cwd=folder,
        environment={"PATH": os.environ["PATH"]},
        doors=reachable,
        time_limit=time_limit,
        output=folder / "out",
    )


async def echo(stream: anyio.abc.SocketStream) -> None:
    async with stream:
        await stream.send(b"heard " + await stream.receive())


@confined
def test_a_door_leads_to_its_port_and_no_other_port_is_there(tmp_path: Path) -> None:
    async def play() -> Ended:
        near = await anyio.create_tcp_listener(local_host="127.0.0.1")
        far = await anyio.create_tcp_listener(local_host="127.0.0.1")
        opened, closed = (one.extra(anyio.abc.SocketAttribute.local_port) for one in (near, far))
        async with near, far, anyio.create_task_group() as tasks:
            tasks.start_soon(near.serve, echo)
            tasks.start_soon(far.serve, echo)
            async with doors([opened]) as reachable:
                ended = await ran(tmp_path, KNOCK, str(opened), str(closed), str(opened), reachable=reachable)
            tasks.cancel_scope.cancel()
        return ended

    ended = anyio.run(play)

    assert ended.printed.splitlines() == ["heard hello", "ConnectionRefusedError", "heard hello"]
    assert ended.exit_code == 0


@confined
def test_behind_a_door_to_nothing_the_line_breaks(tmp_path: Path) -> None:
    async def play() -> Ended:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        async with doors([port]) as reachable:
            return await ran(tmp_path, KNOCK, str(port), reachable=reachable)

    assert anyio.run(play).printed.strip() in ("hung up", "ConnectionResetError", "BrokenPipeError")


@confined
def test_without_a_door_there_is_no_network_at_all(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = anyio.run(partial(ran, tmp_path, KNOCK, str(server.getsockname()[1]), reachable={}))

    # without a door the namespace's loopback is not even up
    assert ended.printed.strip() in ("OSError", "ConnectionRefusedError")


def test_the_exit_code_is_the_commands_own(tmp_path: Path) -> None:
    assert anyio.run(ran, tmp_path, "raise SystemExit(7)").exit_code == 7
    assert anyio.run(ran, tmp_path, "import os; os.kill(os.getpid(), 9)").exit_code in (-9, 137)


def test_what_does_not_end_is_ended_with_everything_it_started(tmp_path: Path) -> None:
    mark = tmp_path.name
    program = (
        "import subprocess, sys, time, signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', '{mark}'], start_new_session=True)\n"
        "print('ready', flush=True); time.sleep(60)"
    )
    began = time.monotonic()

    ended = anyio.run(partial(ran, tmp_path, program, time_limit=1.5))

    assert ended.exit_code is None
    assert ended.printed == "ready\n"
    assert time.monotonic() - began < 15
    if sys.platform == "linux":
        lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
        assert [line for line in lines if mark.encode() in line.split(b"\0")] == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent is gone")
def test_a_command_does_not_outlive_the_harness_however_suddenly_that_ends(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pid")
    os.mkfifo(tmp_path / "held")
    command = ["sh", "-c", f"exec 9> {tmp_path}/held; echo $$ > {tmp_path}/pid; exec sleep 60"]
    starts = f"import subprocess; subprocess.call([{sys.executable!r}, '-IS', {CONFINED!r}, '--', *{command!r}])"

    with subprocess.Popen([sys.executable, "-c", starts]) as harness, (tmp_path / "held").open("rb") as held:
        (tmp_path / "pid").read_text(encoding="utf-8")  # waits until the command runs
        harness.kill()
        assert held.read() == b""  # waits until nobody holds the other end


def test_a_clean_environment_holds_a_home_and_the_clients_own_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-caller")
    command = tmp_path / "bin" / "client"

    environment = clean_environment(command, tmp_path, {"OWN": "1"})

    assert set(environment) == {"HOME", "TMPDIR", "PATH", "LANG", "TERM", "NO_COLOR", "DO_NOT_TRACK", "OWN"}
    assert environment["PATH"].split(os.pathsep)[0] == str(command.parent)
    assert Path(environment["TMPDIR"]).is_dir()
