"""What an MCP server that wants a sign-in answers to whoever has none: where to sign in, and who may ask there.

A gateway can begin OAuth with it (RFC 9728, RFC 8414, RFC 7591). Nobody can end it: there is no account to sign in to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from agentport_harness.core.json_values import JSON

RESOURCE = "/.well-known/oauth-protected-resource"
_SERVER = "/.well-known/oauth-authorization-server"
_REGISTER = "/oauth/register"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, JSON body and headers of an answer over HTTP."""

    status: int
    body: Mapping[str, JSON]
    headers: Mapping[str, str] = field(default_factory=dict)


def sign_in_answer(base_url: str, method: str, path: str, body: bytes, *, wanted: bool) -> Answer | None:
    """The answer to a request at ``path``; None where it is none of this module's.

    ``wanted`` tells whether the integration that the path belongs to wants a sign-in.
    """
    if path == _REGISTER and method == "POST":
        return _registered(body)
    if path == _SERVER:
        return Answer(status=200, body=_server(base_url))
    if not wanted:
        return None
    if path.startswith(RESOURCE):
        resource = f"{base_url}{path.removeprefix(RESOURCE)}"
        return Answer(status=200, body={"resource": resource, "authorization_servers": [base_url]})
    challenge = f'Bearer resource_metadata="{base_url}{RESOURCE}{path}"'
    return Answer(status=401, body={"error": "invalid_token"}, headers={"www-authenticate": challenge})


def _server(base_url: str) -> Mapping[str, JSON]:
    return {
        "issuer": base_url,
        "authorization_endpoint": f"{base_url}/oauth/authorize",
        "token_endpoint": f"{base_url}/oauth/token",
        "registration_endpoint": f"{base_url}{_REGISTER}",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
    }


def _registered(body: bytes) -> Answer:
    try:
        asked = json.loads(body)
        return Answer(
            status=201,
            body={
                "client_id": "a-gateway",
                "redirect_uris": asked["redirect_uris"],
                "token_endpoint_auth_method": "none",
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
            },
        )
    except (ValueError, KeyError, TypeError):
        return Answer(status=400, body={"error": "invalid_client_metadata"})
