"""Where a served gateway's settings come from: its options, else the environment, else sane defaults."""

from __future__ import annotations

import os
import secrets
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agentport_gateway.serve import ServeOptions
    from agentport_gateway.settings import Settings

_PREFIX = "AGENTPORT_"
_DEMO_ORGANISATIONS = 2
_LOOPBACK = ("127.0.0.0/8", "::1/128")


class BadSettingsError(Exception):
    """A setting has no usable value; the text names it."""


def settings_for(options: ServeOptions, *, base_url: str, folder: Path | None) -> Settings:
    """The settings; `folder` is where data goes when nothing else is said. Raises BadSettingsError."""
    from pydantic import ValidationError

    from agentport_gateway.auth.setup_code import new_setup_code
    from agentport_gateway.settings import Settings

    given: dict[str, Any] = {
        "database_url": options.database_url,
        "poll_budget_seconds": options.poll_budget_seconds,
        "approval_expiry_seconds": options.approval_expiry_seconds,
        "upstream_timeout_seconds": options.upstream_timeout_seconds,
        "max_pending_per_key": options.max_pending_per_key,
        "progress_interval_seconds": options.progress_interval_seconds,
        "allow_upstreams": options.allow_upstreams or None,
        "allowed_hosts": options.allowed_hosts or None,
    }
    values = {name: value for name, value in given.items() if value is not None}
    if options.base_url is not None or "AGENTPORT_BASE_URL" not in os.environ:
        values["base_url"] = base_url
    if options.organisations != 1:
        values["organisations"] = options.organisations
    if options.demo:
        values["demo"] = True
        values["organisations"] = max(options.organisations, _DEMO_ORGANISATIONS)
        values["allow_upstreams"] = (*options.allow_upstreams, *_LOOPBACK)
    if "database_url" not in values and (folder is not None or "AGENTPORT_DATABASE_URL" not in os.environ):
        values["database_url"] = f"sqlite:///{_data_folder(folder) / 'gateway.sqlite'}"
    if not os.environ.get("AGENTPORT_SECRET_KEY"):
        values["secret_key"] = _kept_key(_data_folder(folder))
    if not os.environ.get("AGENTPORT_SETUP_CODE"):
        values["setup_code"] = new_setup_code()
    try:
        _check_names(Settings.model_fields)
        settings = Settings(**values)
        _check_url(settings.database_url)
        return settings
    except ValidationError as error:
        faults = "; ".join(
            f"{fault['loc'][0]}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_input=False)
        )
        raise BadSettingsError(f"a setting cannot be used: {faults}") from None


def _check_names(known: Iterable[str]) -> None:
    """Names of the environment that are meant for no setting are others' business, unless they look like a slip."""
    known = [_PREFIX + name.upper() for name in known]
    for name in sorted(os.environ):
        if name.startswith(_PREFIX) and name not in known and (meant := get_close_matches(name, known, 1, 0.9)):
            raise BadSettingsError(f"{name} is no setting: did you mean {meant[0]}?")


def _check_url(database_url: str) -> None:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(database_url)
        backend = url.get_backend_name()
    except ArgumentError:
        raise BadSettingsError("the database URL cannot be read: expected sqlite:///… or postgresql://…") from None
    if backend == "sqlite" and url.database in (None, "", ":memory:"):
        raise BadSettingsError("a SQLite database URL names a file: sqlite:///path/to/gateway.sqlite")
    if backend not in ("sqlite", "postgresql"):
        raise BadSettingsError(f"{backend} is not supported: the database URL is sqlite:///… or postgresql://…")


def _data_folder(folder: Path | None) -> Path:
    if folder is None:
        if sys.platform == "darwin":
            folder = Path.home() / "Library" / "Application Support" / "agentport-gateway"
        else:
            base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
            folder = Path(base) / "agentport-gateway"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BadSettingsError(f"the data folder {folder} cannot be made: {error.strerror}") from None
    return folder


def _kept_key(folder: Path) -> str:
    """The key in the folder's file, made on first use; readable by its owner only."""
    path, database = folder / "secret.key", folder / "gateway.sqlite"
    if database.exists() and not path.exists():
        raise BadSettingsError(
            f"the key file {path} is gone, and {database} may hold what only its key opens: bring it back from your "
            "backup, or give a new key by AGENTPORT_SECRET_KEY and install integrations that have a token again"
        )
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_key(path)
    except OSError as error:
        raise BadSettingsError(f"the key file {path} cannot be made: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(32)
        file.write(key)
    return key


def _read_key(path: Path) -> str:
    try:
        key = path.read_text("utf-8").strip()
    except OSError as error:
        raise BadSettingsError(f"the key file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        key = ""
    if not key:
        raise BadSettingsError(
            f"the key file {path} holds no key: bring it back from your backup, or remove it to begin with a new one, "
            "which opens nothing that was sealed with the old one"
        )
    return key
