"""What an operator may set, by environment variable (prefix AGENTPORT_) or by `serve`'s options."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _network(value: str) -> str:
    try:
        ip_network(value, strict=False)
    except ValueError:
        raise ValueError(f"{value!r} is no network: expected for example 127.0.0.0/8") from None
    return value


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{value!r} is no address: expected for example https://gateway.example.com")
    if parts.hostname in ("0.0.0.0", "::"):  # noqa: S104 - refused here
        raise ValueError(f"nobody can open {value}: give --base-url, the address that humans and clients see")
    return value.rstrip("/")


Rung = Literal["elicitation", "tasks"]
_LISTED = (NoDecode, BeforeValidator(_split))
Listed = Annotated[tuple[str, ...], *_LISTED]
"""Several values; in an environment variable they are separated by commas."""


class Settings(BaseSettings):
    """The settings of one gateway process."""

    model_config = SettingsConfigDict(env_prefix="AGENTPORT_", frozen=True, extra="forbid")

    database_url: str
    base_url: Annotated[str, AfterValidator(_address)] = "http://127.0.0.1:4747"
    secret_key: str = Field(default="", repr=False)
    """The key that seals upstream credentials (urlsafe base64, 32 bytes); kept outside the database."""
    organisations: int = Field(default=1, ge=1)
    poll_budget_seconds: float = Field(default=45.0, gt=0)
    progress_interval_seconds: float = Field(default=10.0, gt=0)
    approval_expiry_seconds: float = Field(default=600.0, gt=0)
    max_pending_per_key: int = Field(default=500, ge=1)
    max_body_bytes: int = Field(default=4 * 1024 * 1024, ge=1024)
    upstream_timeout_seconds: float = Field(default=50.0, gt=0)
    upstream_connect_seconds: float = Field(default=5.0, gt=0)
    upstream_max_bytes: int = Field(default=16 * 1024 * 1024, ge=1024)
    tools_cache_seconds: float = Field(default=300.0, ge=0)
    sign_in_hours: float = Field(default=12.0, gt=0)
    allow_upstreams: Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], *_LISTED] = ()
    """Networks (CIDR) that upstreams may live in although they are not public; for development."""
    allowed_hosts: Listed = ()
    allowed_origins: Listed = ()
    wait_rungs: Annotated[tuple[Rung, ...], *_LISTED] = ()
    """How clients that declare it may be told of an approval besides text: `elicitation` (a page to open), `tasks`."""
    stateless_sessions: bool = False
    """Keep no sessions of the handshake revisions: their ids say it all, and any worker can answer any request."""
    log_format: Literal["text", "json"] = "text"
    traces: bool = False
    """Send spans to an OpenTelemetry collector, as the standard OTEL_… variables say."""
    setup_code: str = Field(default="", repr=False)
    """What the first user has to know; empty closes the set-up page."""
    client_documents: bool | None = None
    """Offer that OAuth clients are known by a document at their address, which needs a way out to the internet.

    When nothing is said, a gateway offers it unless it is reached on this machine only; False refuses it.
    """
    own_client_document: bool = True
    """Be known to upstreams' authorization servers by a document here, where this gateway has a public https address.

    False where those servers cannot reach it: it registers with them instead.
    """
    demo: bool = False

    @property
    def is_local(self) -> bool:
        """Whether the gateway is reached at this machine's own address only."""
        return urlsplit(self.base_url).hostname in ("127.0.0.1", "localhost", "::1")

    @property
    def offers_client_documents(self) -> bool:
        """Whether clients are told that they need not register."""
        return self.client_documents if self.client_documents is not None else not self.is_local

    @property
    def publishes_client_document(self) -> bool:
        """Whether authorization servers are told to look here for what this gateway is."""
        return self.own_client_document and not self.is_local and urlsplit(self.base_url).scheme == "https"

    @property
    def offers_oauth(self) -> bool:
        """Whether clients may connect by OAuth: over TLS, or on this machine."""
        return self.is_local or urlsplit(self.base_url).scheme == "https"
