"""A gateway that cannot start says why in one plain line, whatever it is that is wrong."""

from __future__ import annotations

import resource
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from agentport_gateway.app import build
from agentport_gateway.owning import CannotOwnError, owned
from agentport_gateway.process import raise_descriptor_limit
from agentport_gateway.serve import ServeOptions
from agentport_gateway.settings import Settings
from agentport_gateway.settings_source import BadSettingsError, settings_for
from agentport_gateway.starting import CannotStartError
from agentport_gateway.store.migrate import migrate
from agentport_harness.cli.serve import command

from .test_serving import start, wait_until_ready
from .world import AWAIT, CALL, ask, facts, recording_upstream, running_gateway

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.anyio


def settings(folder: Path, **options: object) -> Settings:
    return settings_for(ServeOptions(**options), base_url="http://127.0.0.1:4747", folder=folder)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("POLL_BUDGET_SECONDS", "lots", "poll_budget_seconds: Input should be a valid number"),
        ("POLL_BUGDET_SECONDS", "5", "is no setting: did you mean AGENTPORT_POLL_BUDGET_SECONDS?"),
        ("WAIT_RUNGS", "elicit", "wait_rungs: Input should be 'elicitation' or 'tasks'"),
        ("ALLOW_UPSTREAMS", "127.0.0.0/8,10.0.0.300/8", "allow_upstreams: '10.0.0.300/8' is no network"),
        ("BASE_URL", "gateway.example.com", "base_url: 'gateway.example.com' is no address"),
        ("BASE_URL", "ftp://gateway.example.com", "is no address: expected for example https://"),
        ("BASE_URL", "http://0.0.0.0:4747", "nobody can open http://0.0.0.0:4747: give --base-url"),
        ("DATABASE_URL", "sqlite://", "a SQLite database URL names a file"),
        ("ORGANISATIONS", "0", "organisations: Input should be greater than or equal to 1"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"AGENTPORT_{name}", value)
    with pytest.raises(BadSettingsError) as caught:
        settings(tmp_path if name != "DATABASE_URL" else None)  # type: ignore[arg-type]
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_names_of_the_environment_that_others_use_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "URL", "HUMAN_PASSWORD", "MODEL_KEY", "TRACEBACK", "NPM_TOOLS"):
        monkeypatch.setenv(f"AGENTPORT_{name}", "x")
    monkeypatch.setenv("AGENTPORT_ALLOWED_HOSTS", "a.example, b.example")
    assert settings(tmp_path).allowed_hosts == ("a.example", "b.example")


def test_a_key_file_without_a_key_is_not_taken_for_one(tmp_path: Path) -> None:
    kept = settings(tmp_path).secret_key
    assert settings(tmp_path).secret_key == kept
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    for content in (b"", b" \n", b"\xff\xfe"):
        (tmp_path / "secret.key").write_bytes(content)
        with pytest.raises(BadSettingsError, match="holds no key: bring it back from your backup"):
            settings(tmp_path)
    (tmp_path / "secret.key").unlink()
    (tmp_path / "secret.key").mkdir()
    with pytest.raises(BadSettingsError, match="cannot be read: Is a directory"):
        settings(tmp_path)


def test_a_new_key_is_not_made_beside_a_database_that_another_key_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(tmp_path)
    (tmp_path / "gateway.sqlite").write_text("")
    assert settings(tmp_path).secret_key
    (tmp_path / "secret.key").unlink()
    with pytest.raises(BadSettingsError, match=r"secret\.key is gone, and .* may hold what only its key opens"):
        settings(tmp_path)
    monkeypatch.setenv("AGENTPORT_SECRET_KEY", "another")
    assert settings(tmp_path).secret_key == "another"


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSettingsError, match=r"the data folder .*/file/data cannot be made: Not a directory"):
        settings(tmp_path / "file" / "data")


def a_folder(path: Path) -> None:
    path.mkdir()


def some_text(path: Path) -> None:
    path.write_text("This is a letter and not a database, however long it may be.")


def from_the_future(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (a_folder, "cannot be used: unable to open database file"),
        (some_text, "cannot be used: file is not a database"),
        (from_the_future, "the database is at version 9999, this gateway knows 0001: use a later gateway"),
    ],
)
async def test_a_database_that_cannot_be_opened_is_one_line(
    tmp_path: Path, make: Callable[[Path], None], said: str
) -> None:
    make(tmp_path / "it.sqlite")
    application = build(settings(tmp_path, database_url=f"sqlite:///{tmp_path / 'it.sqlite'}"))
    with pytest.raises(CannotStartError) as caught:
        async with application.living():
            pass
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_a_database_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    application = build(settings(tmp_path, database_url="postgresql://someone:geheim@127.0.0.1:1/none"))
    with pytest.raises(CannotStartError, match=r"someone:\*\*\*@127.0.0.1:1/none cannot be used: .*refused") as caught:
        async with application.living():
            pass
    assert "geheim" not in str(caught.value)


def test_a_database_in_a_folder_that_is_not_there_is_named() -> None:
    with (
        pytest.raises(CannotOwnError, match=r"/nowhere/it\.sqlite cannot be used: No such file"),
        owned("sqlite:////nowhere/it.sqlite"),
    ):
        pass


def test_a_ready_file_that_cannot_be_written_ends_the_gateway_with_one_line(tmp_path: Path) -> None:
    process, _ = start(tmp_path, ready_file="/nowhere/ready.json")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert errors == "the ready file /nowhere/ready.json cannot be written: No such file or directory\n"


def test_a_second_signal_ends_it_at_once_and_as_quietly(tmp_path: Path) -> None:
    process, ready = start(tmp_path)
    wait_until_ready(process, ready)
    for _ in range(3):
        process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")


async def test_a_token_sealed_with_a_lost_key_is_told_and_costs_no_approval(tmp_path: Path) -> None:
    async with recording_upstream() as upstream:
        async with running_gateway(tmp_path) as world, world.agent() as agent:
            human = world.first.as_human
            await world.http.post("/api/integrations/custom", json={"name": "T", "url": upstream.url}, headers=human)
            token = {"integration_id": "t", "auth_method": "token", "token": "tok_123"}
            assert (await world.http.post("/api/installed", json=token, headers=human)).status_code == 201
            request_id = facts(await agent.call_tool(CALL, ask("act", "t")))["request_id"]
            await world.decide(request_id, "approve-once")
        tenants = (world.first, world.second)
        async with running_gateway(tmp_path, tenants=tenants, secret_key="a lost one") as world, world.agent() as agent:
            told = facts(await agent.call_tool(AWAIT, {"request_id": request_id}))
            assert (told["outcome"], told["approval_kept"]) == ("upstream_failed", True)
            result = await agent.call_tool(CALL, ask("act", "t", n=2))
            assert "the integration has to be installed again" in result.content[0].text
        async with running_gateway(tmp_path, tenants=tenants) as world, world.agent() as agent:
            assert facts(await agent.call_tool(AWAIT, {"request_id": request_id}))["outcome"] == "executed"
        assert len(upstream.calls) == 1


def test_what_the_command_is_not_told_is_left_to_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[ServeOptions] = []

    def run(options: ServeOptions) -> int:
        given.append(options)
        return 0

    monkeypatch.setattr("agentport_gateway.serve.run", run)
    CliRunner().invoke(command, [], catch_exceptions=False)
    CliRunner().invoke(command, ["--workers", "3", "--host", "::1", "--poll-budget", "20"], catch_exceptions=False)
    assert given == [ServeOptions(), ServeOptions(workers=3, host="::1", poll_budget_seconds=20.0)]


@pytest.mark.parametrize(
    ("limits", "refused", "got"),
    [
        ((1024, 20_000), (), 20_000),
        ((20_000, 20_000), (), 20_000),
        ((256, resource.RLIM_INFINITY), (resource.RLIM_INFINITY, 65_536), 10_240),
        ((100_000, 200_000), (200_000,), 100_000),
        ((256, 512), (512, 65_536, 10_240), 256),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), (), None),
    ],
)
def test_as_many_descriptors_as_the_system_really_gives_are_taken(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], refused: tuple[int, ...], got: int | None
) -> None:
    now = [limits]

    def setrlimit(_which: int, wanted: tuple[int, int]) -> None:
        if wanted[0] in refused:
            raise ValueError("current limit exceeds maximum limit")
        now[0] = wanted

    monkeypatch.setattr(resource, "getrlimit", lambda _which: now[0])
    monkeypatch.setattr(resource, "setrlimit", setrlimit)
    assert raise_descriptor_limit() == got
