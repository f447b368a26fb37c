"""Clients that are known by a document at their address: fetched once, bounded, guarded, and believed narrowly."""

from __future__ import annotations

import contextlib
import datetime
import ssl
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from agentport_gateway.upstreams import fetching
from tests.gateway.oauth.flow import CALLBACK, program
from tests.gateway.world import World, running_gateway, served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.requests import Request

pytestmark = pytest.mark.anyio


@dataclass
class Site:
    """A client's site: what it says at `/client.json`, and how often it was asked."""

    base: str = ""
    document: Any = None
    status: int = 200
    asked: int = 0
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def client_id(self) -> str:
        return f"{self.base}/client.json"

    async def answer(self, _request: Request) -> Response:
        self.asked += 1
        if self.status == 302:
            return RedirectResponse("/other.json", 302)
        if self.document is not None:
            return Response(self.document, self.status, media_type="application/json")
        said = {
            "client_id": self.client_id,
            "client_name": "Site's client",
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "none",
            **self.more,
        }
        return JSONResponse(said, self.status)


@cache
def _certificate() -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return made.public_bytes(serialization.Encoding.PEM), secret


@contextlib.asynccontextmanager
async def _site(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(_certificate()[0])
    key.write_bytes(_certificate()[1])
    monkeypatch.setattr(fetching, "trusted", lambda: ssl.create_default_context(cafile=str(certificate)))
    one = Site()
    routes = [Route("/client.json", one.answer), Route("/other.json", one.answer)]
    application = Starlette(routes=routes)
    async with served(application, ssl_certfile=str(certificate), ssl_keyfile=str(key)) as (base, _):
        one.base = base.replace("http://127.0.0.1", "https://localhost")
        yield one


async def test_a_client_is_known_by_its_address_and_its_site_vouches_for_it(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _site(tmp_path, monkeypatch) as site, program(world) as client:
        client.client_id = site.client_id
        page = await client.consent_page()
        assert "Site's client" in page.text
        assert f"published by {site.base.removeprefix('https://')}" in page.text
        assert "Nobody has checked it" not in page.text
        heard = await client.answered()
        assert (await client.exchange(heard["code"])).status_code == 200
        assert (await client.mcp()).status_code == 200
        assert (await client.refresh()).status_code == 200
        assert site.asked == 1
        world.clock.move(minutes=6)
        await client.refresh()
        assert site.asked == 2
        assert (await client.ask(redirect_uri="http://127.0.0.1:5555/elsewhere")).status_code == 400


async def test_documents_that_do_not_hold_are_refused(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _site(tmp_path, monkeypatch) as site, program(world) as client:
        for document, status, more, why in (
            (None, 200, {"client_id": "https://localhost/client.json"}, "about another client"),
            (None, 200, {"token_endpoint_auth_method": "client_secret_post"}, "asks for a secret"),
            (None, 200, {"client_secret": "x"}, "asks for a secret"),
            (None, 200, {"redirect_uris": []}, "no usable redirect URI"),
            (None, 200, {"redirect_uris": ["javascript:alert(1)"]}, "no usable redirect URI"),
            (None, 200, {"redirect_uris": [f"{CALLBACK}/{n}" for n in range(11)]}, "no usable redirect URI"),
            (None, 200, {"redirect_uris": "x"}, "no usable redirect URI"),
            (None, 200, {"client_name": 7}, "no usable redirect URI"),
            (b"[]", 200, {}, "not an object"),
            (b"<html>", 200, {}, "not JSON"),
            (b'{"client_id": "' + b"x" * 20_000, 200, {}, "larger than"),
            (None, 404, {}, "HTTP 404"),
            (None, 302, {}, "HTTP 302"),
        ):
            site.document, site.status, site.more = document, status, more
            world.clock.move(minutes=6)
            client.client_id = site.client_id
            answer = await client.ask()
            assert answer.status_code == 400
            assert why in answer.text.replace("&#39;", "'"), (why, answer.text[-600:])


async def test_addresses_are_plain_public_and_asked_so_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "g").mkdir()
    async with (
        running_gateway(tmp_path / "g", knows_address=True, allow_upstreams=()) as world,
        _site(tmp_path, monkeypatch) as site,
        program(world) as client,
    ):
        for client_id in (
            f"{site.base}/",
            f"{site.base}/a/../client.json",
            f"{site.base}/client.json#x",
            site.client_id.replace("https://", "https://user@"),
            site.client_id.replace("https://", "http://"),
            "https://localhost:x/client.json",
            "https://localhost/" + "x" * 300,
            # Not allowed for upstreams, and so not for documents.
            site.client_id,
        ):
            client.client_id = client_id
            assert (await client.ask()).status_code == 400, client_id
        assert site.asked == 0
        for n in range(60):
            client.client_id = f"{site.client_id}?{n}"
            await client.ask()
        assert "too many" in (await client.ask(client_id=f"{site.client_id}?x")).text


async def test_an_operator_can_do_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "g").mkdir()
    async with (
        running_gateway(tmp_path / "g", knows_address=True, client_documents=False) as world,
        _site(tmp_path, monkeypatch) as site,
        program(world) as client,
    ):
        client.client_id = site.client_id
        assert "no client documents" in (await client.ask()).text
        assert site.asked == 0
    (tmp_path / "h").mkdir()
    async with running_gateway(tmp_path / "h", base_url="https://gateway.example") as world:
        said = (await world.http.get("/.well-known/oauth-authorization-server")).json()
        assert said["client_id_metadata_document_supported"] is True
