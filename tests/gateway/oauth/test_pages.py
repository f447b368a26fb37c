"""The parts of the pages that show clients, sign-ins and webhooks."""

from __future__ import annotations

import pytest

from tests.gateway.notices.receiver import receiver
from tests.gateway.oauth.authority import authority
from tests.gateway.oauth.flow import program
from tests.gateway.web.people import member
from tests.gateway.world import World

pytestmark = pytest.mark.anyio


async def test_the_connect_page_shows_clients_and_ends_them(world: World) -> None:
    async with program(world) as client:
        await client.connect(client_name="<b>Probe</b> \u202e")
        page = await client.person.open("/connect")
        assert "<b>Probe</b>" in page.text
        assert "\u202e" not in page.answer.text
        form = page.form("/connect/clients/end")
        after = await client.person.submit(form)
        assert "Disconnected" in after.text
        assert (await client.mcp()).status_code == 401
        assert (await client.person.submit(form)).status == 404


async def test_an_integration_is_installed_by_signing_in_from_its_page(world: World) -> None:
    async with authority() as one, member(world) as person:
        form = (await person.open("/integrations/add-server")).form("/integrations/add-server")
        await person.submit(form, name="Probe", url=one.url)
        page = await person.open("/integrations")
        form = next(
            form
            for form in page.forms
            if form.fields.get("integration_id") == "probe" and form.fields.get("auth_method") == "oauth"
        )
        asked = await person.submit(form)
        assert asked.path == "/oauth/sign-in/probe"
        left = await person.submit(asked.form("/oauth/sign-in/probe"), follow=False)
        back = await person.http.get(left.answer.headers["location"])
        done = await person.open(back.headers["location"])
        assert done.path == "/integrations"
        assert "Signed in." in done.text


async def test_webhooks_are_added_tested_switched_and_removed_among_the_settings(world: World) -> None:
    async with receiver() as one, member(world) as person:
        page = await person.open("/settings")
        bad = await person.submit(page.form("/settings/webhooks"), webhook_url="http://example.org/")
        assert (bad.status, "begins with https://" in bad.text) == (422, True)
        added = await person.submit(page.form("/settings/webhooks"), webhook_url=one.url)
        secret = next(word for word in added.text.split() if word.startswith("whsec_"))
        page = await person.open("/settings")
        assert secret not in page.answer.text
        form = page.form("/settings/webhooks/change")
        assert "A test is on its way" in (await person.submit(form, change="test")).text
        await one.until(1)
        assert one.is_signed(secret)
        renewed = await person.submit(form, change="secret")
        assert "whsec_" in renewed.text
        assert "Switch on" in (await person.submit(form, change="disable")).text
        assert "Switch on" not in (await person.submit(form, change="enable")).text
        assert "Saved." in (await person.submit(form, change="remove")).text
        for change in ("test", "secret", "enable", "disable", "remove", "nonsense"):
            assert (await person.submit(form, change=change)).status == 404
