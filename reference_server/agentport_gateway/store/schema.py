"""The tables. Times are integer microseconds since 1970 (UTC), so that every database compares them alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

metadata = MetaData()

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002 - the interface's
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the interface's
        return None if value is None else _EPOCH + timedelta(microseconds=value)


# SQLite numbers rows by itself only for a column declared INTEGER.
_Sequence = BigInteger().with_variant(Integer, "sqlite")

organisations = Table(
    "organisations",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("approval_expiry_minutes", Integer),
    Column("created_at", Instant, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("org_id", ForeignKey("organisations.id"), nullable=False),
    Column("email", String(320), nullable=False, unique=True),
    Column("password_hash", String(255), nullable=False),
    Column("failed_sign_ins", Integer, nullable=False, server_default="0"),
    Column("locked_until", Instant),
    Column("totp_secret", Text),
    Column("totp_enabled", Boolean, nullable=False, server_default=text("false")),
    Column("totp_last_step", BigInteger, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
    Column("used_at", Instant),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

browser_sessions = Table(
    "browser_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    # The password was right, and the second factor is still to come: not signed in yet.
    Column("awaits_code", Boolean, nullable=False),
    Column("browser", String(200), nullable=False),
    Column("address", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

# What nobody is signed in for is counted by address: for every worker in one place.
address_counts = Table(
    "address_counts",
    metadata,
    Column("what", String(20), primary_key=True),
    Column("address", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("ends_at", Instant, nullable=False, index=True),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("org_id", ForeignKey("organisations.id"), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("prefix", String(12), nullable=False),
    # Null for a client that connected by OAuth: its tokens stand for it, and no key does.
    Column("key_hash", String(64), unique=True),
    Column("created_at", Instant, nullable=False),
    Column("created_by", String(36)),
    Column("last_used_at", Instant),
    Column("revoked_at", Instant),
)

oauth_clients = Table(
    "oauth_clients",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("registration", Text, nullable=False),
    Column("secret", Text),
    Column("created_at", Instant, nullable=False),
)

oauth_connections = Table(
    "oauth_connections",
    metadata,
    Column("id", ForeignKey("api_keys.id"), primary_key=True),
    Column("client_id", String(500), nullable=False, index=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("resource", String(2000), nullable=False),
)

oauth_codes = Table(
    "oauth_codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("client_id", String(500), nullable=False),
    Column("org_id", ForeignKey("organisations.id"), nullable=False),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("redirect_uri", String(1000), nullable=False),
    Column("redirect_given", Boolean, nullable=False),
    Column("challenge", String(43), nullable=False),
    Column("resource", String(2000), nullable=False),
    Column("expires_at", Instant, nullable=False),
    # What the code was exchanged for: showing it again ends that.
    Column("connection_id", ForeignKey("oauth_connections.id")),
)

oauth_tokens = Table(
    "oauth_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("connection_id", ForeignKey("oauth_connections.id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("expires_at", Instant, nullable=False),
    # When a refresh token was exchanged: showing it again ends the connection.
    Column("spent_at", Instant),
)

upstream_grants = Table(
    "upstream_grants",
    metadata,
    Column("installation_id", String(36), primary_key=True),
    # One more with every change, so that two processes never refresh the same token.
    Column("version", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("refreshing_until", Instant),
    Column("updated_at", Instant, nullable=False),
)

# Clients that operators registered by hand, for authorization servers that take no registration.
upstream_clients = Table(
    "upstream_clients",
    metadata,
    Column("org_id", ForeignKey("organisations.id"), primary_key=True),
    Column("integration_id", String(100), primary_key=True),
    Column("address", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("secret", Text),
    Column("updated_at", Instant, nullable=False),
)

upstream_sign_ins = Table(
    "upstream_sign_ins",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("installation_id", String(36), nullable=False),
    Column("session_id", String(36), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("org_id", ForeignKey("organisations.id"), nullable=False, index=True),
    Column("url", String(2000), nullable=False),
    Column("secret", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_sent_at", Instant),
    Column("last_fault", String(200)),
)

notices = Table(
    "notices",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("id", String(80), nullable=False),
    Column("webhook_id", ForeignKey("webhooks.id"), nullable=False),
    Column("body", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("due_at", Instant, nullable=False, index=True),
    UniqueConstraint("webhook_id", "id"),
)

custom_integrations = Table(
    "custom_integrations",
    metadata,
    Column("org_id", ForeignKey("organisations.id"), primary_key=True),
    Column("id", String(100), primary_key=True),
    Column("definition", Text, nullable=False),
    Column("secret", Text),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

installed = Table(
    "installed_integrations",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("org_id", ForeignKey("organisations.id"), nullable=False),
    Column("integration_id", String(100), nullable=False),
    Column("type", String(20), nullable=False),
    Column("auth_method", String(20), nullable=False),
    Column("connected", Boolean, nullable=False),
    Column("token", Text),
    Column("added_at", Instant, nullable=False),
    UniqueConstraint("org_id", "integration_id"),
)

tool_settings = Table(
    "tool_settings",
    metadata,
    Column("org_id", ForeignKey("organisations.id"), primary_key=True),
    Column("integration_id", String(100), primary_key=True),
    Column("tool_name", String(200), primary_key=True),
    Column("mode", String(20), nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("updated_by", String(36)),
)

tool_rules = Table(
    "tool_rules",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("org_id", ForeignKey("organisations.id"), nullable=False),
    Column("integration_id", String(100), nullable=False),
    Column("tool_name", String(200), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("effect", String(20), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("conditions", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_tool_rules_tool", "org_id", "integration_id", "tool_name"),
)

approval_requests = Table(
    "approval_requests",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("org_id", ForeignKey("organisations.id"), nullable=False),
    Column("integration_id", String(100), nullable=False),
    Column("tool_name", String(200), nullable=False),
    Column("target", String(64), nullable=False),
    Column("target_label", String(2000), nullable=False),
    Column("arguments", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("additional_info", Text),
    Column("api_key_id", ForeignKey("api_keys.id")),
    Column("asked_by", String(400), nullable=False),
    Column("client", String(200)),
    Column("address", String(64)),
    Column("rule_id", String(36)),
    Column("status", String(20), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("decision_mode", String(20)),
    Column("decided_by", String(320)),
    Column("decided_at", Instant),
    Column("decision_note", Text),
    Column("end_reason", String(20)),
    Column("execution", String(20), nullable=False, server_default="none"),
    Column("runner", String(36)),
    Column("lease_until", Instant),
    Column("consumed_at", Instant),
    Column("finished_at", Instant),
    Column("result", Text),
)

_ACTIVE = text("status IN ('pending', 'approved')")
# At most one live request per exact call: the index is what makes asking twice find the first.
Index(
    "ux_approval_requests_live_call",
    approval_requests.c.digest,
    unique=True,
    sqlite_where=_ACTIVE,
    postgresql_where=_ACTIVE,
)
Index(
    "ix_approval_requests_live",
    approval_requests.c.org_id,
    approval_requests.c.api_key_id,
    approval_requests.c.expires_at,
    sqlite_where=_ACTIVE,
    postgresql_where=_ACTIVE,
)
Index(
    "ix_approval_requests_overdue",
    approval_requests.c.expires_at,
    sqlite_where=_ACTIVE,
    postgresql_where=_ACTIVE,
)
Index("ix_approval_requests_newest", approval_requests.c.org_id, approval_requests.c.seq)
Index(
    "ix_approval_requests_by_status",
    approval_requests.c.org_id,
    approval_requests.c.status,
    approval_requests.c.seq,
)
_RUNNING = text("execution = 'running'")
Index(
    "ix_approval_requests_running",
    approval_requests.c.lease_until,
    sqlite_where=_RUNNING,
    postgresql_where=_RUNNING,
)

log_entries = Table(
    "log_entries",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("org_id", ForeignKey("organisations.id"), nullable=False),
    Column("called_at", Instant, nullable=False),
    Column("surface", String(10), nullable=False),
    Column("asked_by", String(400), nullable=False),
    Column("api_key_id", String(36)),
    Column("integration_id", String(100), nullable=False),
    Column("tool_name", String(200), nullable=False),
    Column("arguments", Text, nullable=False),
    Column("additional_info", Text),
    Column("mode", String(20)),
    Column("rule_id", String(36)),
    Column("request_id", String(36)),
    # Null while the call goes on; written once, by whatever ends it.
    Column("outcome", String(30)),
    Column("finished_at", Instant),
    Column("detail", Text),
)
Index("ix_log_entries_newest", log_entries.c.org_id, log_entries.c.seq)
_ASKED = text("request_id IS NOT NULL")
Index("ix_log_entries_request", log_entries.c.request_id, sqlite_where=_ASKED, postgresql_where=_ASKED)

page_requests = Table(
    "page_requests",
    metadata,
    # The name of a session that several workers share, and a request whose page its client was asked to open.
    Column("session", String(32), primary_key=True),
    Column("request_id", ForeignKey("approval_requests.id"), primary_key=True),
    Column("asked_at", Instant, nullable=False, index=True),
)
