"""Every guard has a test that fails without it: each is taken out of a copy of the gateway, and the test goes red."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "reference_server"


@dataclass(frozen=True)
class Guard:
    """What keeps an attack out: where it stands, what the attacker would like to read there, and who notices."""

    attack: str
    file: str
    guarded: str
    open: str
    test: str


SIGNING_IN = "web/test_signing_in.py::test_"
DECIDING = "web/test_deciding.py::test_"
HOSTILE = "web/test_hostile_text.py::test_hostile_text_of_an_agent_is_inert_on_every_page"
ATTACKS = "oauth/test_attacks.py::test_"
CONNECTING = "oauth/test_connecting.py::test_"
UPSTREAM = "oauth/test_upstream_sign_in.py::test_"
CLIENTS = "oauth/test_upstream_clients.py::test_"
WEBHOOKS = "notices/test_webhooks.py::test_"

GUARDS = (
    # Deciding.
    Guard("a second decision", "store/approval_statements.py",
          '        requests.c.status == "pending",\n        requests.c.expires_at > _NOW,\n        requests.c.digest',
          "        requests.c.expires_at > _NOW,\n        requests.c.digest",
          f"{DECIDING}of_two_decisions_at_once_exactly_one_counts"),
    Guard("a decision too late", "store/approval_statements.py",
          "        requests.c.expires_at > _NOW,\n        requests.c.digest ==", "        requests.c.digest ==",
          "test_lifecycle.py"),
    Guard("a decision on another call than the one shown", "surfaces/web/approve.py",
          'digest=visit.form.raw("args_digest", most=100)', "digest=None",
          f"{DECIDING}what_was_not_shown_is_not_approved"),
    Guard("another organisation's request", "surfaces/web/approve.py", "visit.human.org_id\n",
          "(await visit.gateway.database.read(lambda c: c.exec_driver_sql("
          "'select org_id from approval_requests').scalar()))\n",
          f"{DECIDING}another_organisations_request_shows_nothing_of_itself"),
    # The second factor.
    Guard("a yes without the second factor", "operations/confirming.py",
          "    if not human.has_second_factor:\n        return\n", "    return\n",
          f"{SIGNING_IN}every_yes_needs_a_fresh_code_and_a_no_needs_none"),
    Guard("a code that is used again", "store/second_factors.py", ", users.c.totp_last_step < step)", ")",
          f"{SIGNING_IN}every_yes_needs_a_fresh_code_and_a_no_needs_none"),
    Guard("a recovery code that is used again", "store/second_factors.py",
          "            recovery_codes.c.used_at.is_(None),\n", "", f"{SIGNING_IN}a_recovery_code_works_once"),
    Guard("a page before the second step", "surfaces/web/visit.py",
          "None if self.session is None or self.session.awaits_code else self.user",
          "None if self.session is None else self.user",
          f"{SIGNING_IN}signing_in_takes_a_second_step_and_nothing_opens_before_it"),
    Guard("a looser rule without the second factor", "domain/policy.py",
          '    return not kept or (after is not None and after.priority > before.priority)\n', "    return False\n",
          "test_policies.py::test_letting_more_run_by_a_rule_needs_the_second_factor_over_rest_as_on_the_pages"),
    # Sessions.
    Guard("session fixation", "operations/signing_in.py",
          "    secret, now = gateway.ids.secret(), gateway.clock.now()\n    awaits_code",
          '    secret, now = "A" * 43, gateway.clock.now()\n    awaits_code',
          f"{SIGNING_IN}signing_in_replaces_the_secret_that_the_browser_held"),
    Guard("a session that goes on after signing out", "store/browser_sessions.py",
          "delete(sessions).where(sessions.c.id == session_id, sessions.c.user_id == user_id)",
          'delete(sessions).where(sessions.c.id == session_id, sessions.c.user_id == "")',
          f"{SIGNING_IN}signing_out_ends_the_session_on_the_server_too"),
    Guard("open redirect", "surfaces/web/links.py", "return path if len(path) <= 2000 and _WITHIN.fullmatch(path) else",
          "return path if path else", f"{SIGNING_IN}signing_in_never_leads_to_another_site"),
    Guard("guessing from one address", "operations/signing_in.py",
          'if await gateway.limits.exhausted("guess", address):', "if False:",
          f"{SIGNING_IN}an_address_that_guesses_at_many_accounts_has_to_wait"),
    Guard("guessing at one account", "operations/signing_in.py",
          "    if user is not None and is_locked(user, gateway.clock.now()):\n", "    if False:\n",
          f"{SIGNING_IN}an_account_locks_after_ten_wrong_passwords_even_for_the_right_one"),
    # Other pages.
    Guard("a form of another site", "surfaces/web/security.py",
          'if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):', "if False:",
          f"{SIGNING_IN}a_forged_form_decides_nothing"),
    Guard("a form without the browser's token", "surfaces/web/security.py",
          'visit.secret is not None and token_fits(visit.secret, visit.form.raw("form_token", most=200))', "True",
          f"{SIGNING_IN}a_forged_form_decides_nothing"),
    Guard("clickjacking", "surfaces/web/security.py", "; frame-ancestors 'none'", "",
          f"{SIGNING_IN}every_page_refuses_to_be_framed_and_to_run_what_is_not_ours"),
    Guard("clickjacking in older browsers", "surfaces/web/security.py", '    "X-Frame-Options": "DENY",\n', "",
          f"{SIGNING_IN}every_page_refuses_to_be_framed_and_to_run_what_is_not_ours"),
    Guard("scripts in what an agent says", "surfaces/web/rendering.py",
          'Markup("<mark>{}</mark>").format(piece) if hidden else escape(piece)',
          'Markup("<mark>{}</mark>").format(piece) if hidden else Markup(piece)', HOSTILE),
    Guard("hidden and reordered text", "domain/visible.py",
          '        yield from _looked_up(found.group())\n', "        yield found.group(), False\n", HOSTILE),
    # OAuth, as the server.
    Guard("a token of /mcp at REST", "surfaces/rest/access.py",
          '        raise HTTPException(401, "The sign-in is unknown or has ended.", headers=_SIGN_IN)\n',
          "        agent = await gateway.tokens.find(token, audience=gateway.mcp_url)\n        if agent:\n"
          "            return agent\n"
          '        raise HTTPException(401, "The sign-in is unknown or has ended.", headers=_SIGN_IN)\n',
          f"{ATTACKS}tokens_of_one_door_do_not_open_the_other"),
    Guard("a token for another audience", "auth/tokens.py",
          "        if resource != audience:\n            return None\n",
          "", f"{ATTACKS}tokens_for_another_audience_are_neither_given_nor_taken"),
    Guard("code replay", "operations/connecting.py",
          "    if found.connection_id is not None:\n        await end_key(gateway, found.org_id, found.connection_id)\n"
          "        return None\n", "", f"{ATTACKS}a_code_that_is_shown_again_ends_what_came_of_it"),
    Guard("code replay at the same moment", "store/oauth.py",
          "            oauth_codes.c.connection_id.is_(None),\n            oauth_codes.c.expires_at > now,\n",
          "            oauth_codes.c.expires_at > now,\n",
          f"{ATTACKS}of_many_that_show_a_code_at_once_none_keeps_what_it_got"),
    Guard("PKCE downgrade", "surfaces/web/authorize.py",
          '    query = request.scope["query_string"] + b"&code_challenge_method=plain"\n',
          '    query = request.scope["query_string"] + b"&code_challenge_method=S256"\n',
          f"{ATTACKS}a_code_is_bound_to_a_sha256_challenge_or_not_given"),
    Guard("a challenge that is no hash", "surfaces/oauth/provider.py",
          "if not _CHALLENGE.fullmatch(params.code_challenge):", "if False:",
          f"{ATTACKS}a_code_is_bound_to_a_sha256_challenge_or_not_given"),
    Guard("mixed-up issuer: answers that do not say whose they are", "surfaces/web/authorize.py",
          'error="access_denied", state=wish.state, iss=issuer)', 'error="access_denied", state=wish.state)',
          f"{ATTACKS}every_answer_says_which_server_it_is_from"),
    Guard("an answer that goes elsewhere", "domain/redirects.py",
          '    if not (ours.scheme == theirs.scheme == "http" and ours.hostname in _LOOPBACK):\n        return False\n',
          "    return ours.hostname == theirs.hostname\n",
          f"{ATTACKS}the_answer_goes_nowhere_but_where_the_client_registered"),
    Guard("a redirect that runs", "domain/redirects.py", "and not _NEVER.fullmatch(parts.scheme)", "and True",
          f"{ATTACKS}no_client_registers_a_place_that_runs_or_leaks"),
    Guard("a refresh token of a thief", "operations/connecting.py",
          "        await end_key(gateway, token.org_id, token.connection_id)\n", "",
          f"{CONNECTING}a_refresh_token_shown_twice_ends_the_connection"),
    Guard("a consent that nobody saw", "operations/connecting.py",
          "if asking != _ASKING or gateway.clock.now() >= datetime.fromtimestamp(until, UTC):", "if asking != _ASKING:",
          f"{ATTACKS}a_consent_that_waited_too_long_gives_no_code"),
    # OAuth, as the client.
    Guard("an upstream without PKCE", "upstreams/oauth_server.py",
          'if "S256" not in (server.code_challenge_methods_supported or ()):', "if False:",
          f"{UPSTREAM}servers_that_cannot_be_trusted_are_not_signed_in_to"),
    Guard("an upstream's metadata about another server", "upstreams/oauth_server.py",
          "if not issuers_match(str(found.issuer), expected):", "if False:",
          f"{UPSTREAM}servers_that_cannot_be_trusted_are_not_signed_in_to"),
    Guard("mixed-up issuer: an answer from another server", "operations/upstream_sign_in.py",
          "    if said is None or not issuers_match(said, client.issuer):\n", "    if False:\n",
          f"{UPSTREAM}an_answer_from_another_server_is_not_taken"),
    Guard("a sign-in that another browser began", "store/upstream_grants.py",
          "            upstream_sign_ins.c.session_id == session_id,\n", "",
          f"{UPSTREAM}only_the_browser_that_began_finishes_and_only_once"),
    Guard("a token for another address", "upstreams/grants.py", "if grant.address == self._address:", "if True:",
          f"{UPSTREAM}an_integration_that_moved_unnoticed_takes_no_token_along"),
    Guard("a client's secret for another server", "upstreams/introducing.py",
          "if not issuers_match(given.issuer, str(server.issuer)):", "if False:",
          f"{CLIENTS}the_secret_is_sealed_and_sent_to_the_server_it_was_given_for_only"),
    Guard("a client's secret for another address", "operations/upstream_clients.py",
          "if found is None or found.address != integration.address:", "if found is None:",
          f"{CLIENTS}the_secret_is_sealed_and_sent_to_the_server_it_was_given_for_only"),
    Guard("a client's secret in the clear", "operations/upstream_clients.py",
          "gateway.sealer.seal(client_secret) if client_secret else None", "client_secret or None",
          f"{CLIENTS}the_secret_is_sealed_and_sent_to_the_server_it_was_given_for_only"),
    # Notices.
    Guard("a webhook into the private network", "upstreams/guard.py",
          "return parsed.is_global and not parsed.is_multicast", "return True",
          f"{WEBHOOKS}a_redirect_is_not_followed_and_a_private_address_not_reached"),
    Guard("a webhook that is led elsewhere", "upstreams/fetching.py", "follow_redirects=False", "follow_redirects=True",
          f"{WEBHOOKS}a_redirect_is_not_followed_and_a_private_address_not_reached"),
)  # fmt: skip


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.attack.replace(" ", "-"))
def test_without_its_guard_an_attack_is_noticed(tmp_path: Path, guard: Guard) -> None:
    shutil.copytree(SOURCE, tmp_path / "reference_server", ignore=shutil.ignore_patterns("__pycache__"))
    path = tmp_path / "reference_server" / "agentport_gateway" / guard.file
    text = path.read_text(encoding="utf-8")
    assert text.count(guard.guarded) == 1, "the guard does not stand there any more"
    path.write_text(text.replace(guard.guarded, guard.open), encoding="utf-8")
    paths = [str(tmp_path / "reference_server"), str(ROOT / "harness")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header"]
    answer = subprocess.run(
        [*command, f"tests/gateway/{guard.test}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert answer.returncode == 1, answer.stdout[-3000:]
    assert "1 failed" in answer.stdout
    assert "SyntaxError" not in answer.stdout
