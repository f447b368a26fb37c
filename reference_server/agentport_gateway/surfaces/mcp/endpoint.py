"""The `/mcp` endpoint: who is asking, whether the body means exactly one thing, and then the SDK."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

from agentport_gateway.auth.hashing import ACCESS_PREFIX
from agentport_gateway.domain.exact_json import InexactJsonError, parse
from agentport_gateway.store.groups import StoreUnavailableError
from agentport_gateway.surfaces.body import BodyTooLargeError, ClientGoneError, read_body, replaying, respond
from agentport_gateway.surfaces.mcp.early_start import EarlyStart
from agentport_gateway.surfaces.mcp.server import AGENT
from agentport_gateway.surfaces.mcp.sessions import answer_as_json

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from agentport_gateway.auth.keys import Keys
    from agentport_gateway.auth.tokens import Tokens
    from agentport_gateway.domain.identity import Agent
    from agentport_gateway.settings import Settings
    from agentport_gateway.surfaces.mcp.portable_sessions import PortableSessions
    from agentport_gateway.surfaces.mcp.sessions import Sessions

_PARSE_ERROR = -32700
_SESSIONS_PER_KEY = 1_000
_MAY_WAIT = "agentport__await_approval"
_NONE_GIVEN = "A credential is required: an API key, or an access token by OAuth."
_NOT_GOOD = (
    "The credential is no API key or access token of this gateway, or it was revoked or has expired: make a new key, "
    "or sign in again."
)


class McpEndpoint:
    """The ASGI application behind `/mcp` and `/mcp/`."""

    def __init__(
        self, *, settings: Settings, keys: Keys, tokens: Tokens, sessions: Sessions, portable: PortableSessions | None
    ) -> None:
        self._keys = keys
        self._tokens = tokens
        self._audience = f"{settings.base_url}/mcp"
        self._sessions = sessions
        self._portable = portable
        self._max_body = settings.max_body_bytes
        metadata = f"{settings.base_url}/.well-known/oauth-protected-resource/mcp"
        self._challenge = f'Bearer resource_metadata="{metadata}"'.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = dict(scope["headers"])
        try:
            agent = await self._agent(headers)
        except StoreUnavailableError:
            detail = {"detail": "The gateway cannot reach its database just now."}
            await respond(send, 503, detail, ((b"retry-after", b"1"),))
            return
        if agent is None:
            await self._unauthorized(send, given=b"x-api-key" in headers or b"authorization" in headers)
            return
        as_json = False
        message: Any = None
        if scope["method"] == "POST":
            try:
                body = await read_body(headers, receive, self._max_body)
                message = parse(body)
            except BodyTooLargeError:
                await respond(send, 413, {"detail": f"the body is larger than {self._max_body} bytes"})
                return
            except ClientGoneError:
                return
            except InexactJsonError as error:
                await _refuse(send, error)
                return
            receive = replaying(body, receive)
            as_json = _answers_at_once(message) or b"text/event-stream" not in headers.get(b"accept", b"")
            if _opens_session(message) and self._sessions.opened_by(agent.key_id) >= _SESSIONS_PER_KEY:
                await respond(send, 429, {"detail": "this API key has too many sessions open"})
                return
        if self._portable is not None and _is_handshake(headers):
            answering = await self._portable.admit(agent, scope, headers, message, receive, send)
            if answering is None:
                return
            send, scope = answering
        scope = {**scope, "path": "/mcp", "raw_path": b"/mcp", "user": _user(agent.key_id, agent.org_id), AGENT: agent}
        early = None if as_json or _is_handshake(headers) or not _waits(message) else EarlyStart(send)
        mode = answer_as_json.set(as_json)
        try:
            await self._sessions.serve(scope, receive, early or send)
        finally:
            answer_as_json.reset(mode)
            if early is not None:
                early.end()

    async def _agent(self, headers: dict[bytes, bytes]) -> Agent | None:
        secret = headers.get(b"x-api-key")
        if secret is None:
            scheme, _, rest = headers.get(b"authorization", b"").partition(b" ")
            if scheme.lower() != b"bearer":
                return None
            bearer = rest.strip().decode("latin-1")
            if bearer.startswith(ACCESS_PREFIX):
                return await self._tokens.find(bearer, audience=self._audience)
            return await self._keys.find(bearer)
        return await self._keys.find(secret.decode("latin-1"))

    async def _unauthorized(self, send: Send, *, given: bool) -> None:
        await respond(
            send,
            401,
            {
                "error": "invalid_token",
                "error_description": _NOT_GOOD if given else _NONE_GIVEN,
            },
            ((b"www-authenticate", self._challenge),),
        )


@lru_cache(maxsize=1024)
def _user(key_id: str, org_id: str) -> AuthenticatedUser:
    """Who the SDK binds a session to."""
    return AuthenticatedUser(AccessToken(token="", client_id=key_id, scopes=[], subject=org_id))


async def _refuse(send: Send, error: InexactJsonError) -> None:
    body = {"jsonrpc": "2.0", "id": None, "error": {"code": _PARSE_ERROR, "message": f"Parse error: {error}"}}
    await respond(send, 400, body)


def _answers_at_once(message: Any) -> bool:
    """Whether nothing but the answer is going to be sent.

    `initialize` counts as a stream: the session it opens inherits the mode for what it sends by itself.
    """
    if not isinstance(message, dict) or message.get("method") in ("initialize", "subscriptions/listen"):
        return False
    if message.get("method") != "tools/call":
        return True
    if _waits(message):
        return False
    params = message.get("params")
    meta = params.get("_meta") if isinstance(params, dict) else None
    return isinstance(params, dict) and not (isinstance(meta, dict) and "progressToken" in meta)


def _waits(message: Any) -> bool:
    """Whether a human's decision may be waited for."""
    if not isinstance(message, dict) or message.get("method") != "tools/call":
        return False
    params = message.get("params")
    return isinstance(params, dict) and (params.get("name") == _MAY_WAIT or "requestState" in params)


def _is_handshake(headers: dict[bytes, bytes]) -> bool:
    return headers.get(b"mcp-protocol-version", b"").decode("latin-1") in ("", *HANDSHAKE_PROTOCOL_VERSIONS)


def _opens_session(message: Any) -> bool:
    return isinstance(message, dict) and message.get("method") == "initialize"
