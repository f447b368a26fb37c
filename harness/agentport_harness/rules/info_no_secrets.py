from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentport_harness.core.call_edits import with_info
from agentport_harness.core.reviewer import infos
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.session import Session
from agentport_harness.core.trace import Trace
from agentport_harness.detectors.secrets import secrets_in


@rule(
    "AP205",
    level="MUST",
    why="The text is shown to every reviewer and kept in the audit log: a secret in it is a leaked secret.",
    mend="Say whose account it is and what it is used for; leave keys, tokens, passwords and card numbers out.",
    passes="additional_info: “Renew the staging deploy key that Sam (sam@example.com) asked to rotate.”",
    fails="additional_info: “Use the key sk_live_… for this.”",
    needs=("arguments",),
)
def info_no_secrets(session: Session) -> Iterator[Observation]:
    """`additional_info` holds no API keys, tokens, passwords or card numbers.

    Looked at: every text beside the arguments. Keys are known by their providers' shapes (the patterns of the
    `detect-secrets` library and more, AgentPort's own among them), cards by issuer, length and check digit, and
    passwords by the text calling them so, in a dozen languages. Full-width and invisible characters do not hide them.
    Masked values (`sk_live_****`, “card ending 4242”), request ids, hashes and links without a token are no secrets.
    A secret in the agent's text, or one that is asked for, is no-secret-fishing's matter; so the finding shows only
    the first characters. Blind spots: a secret of no known shape that nothing names, and one in an unknown language.
    """
    for action, _, info in infos(session):
        found = secrets_in(info)
        if not found:
            yield Kept(at=action.seq)
        for secret in found:
            yield Broken(
                at=action.seq,
                message=f"additional_info holds a secret ({secret.kind})",
                evidence=secret.masked,
                expected="additional_info without the secret",
            )


@info_no_secrets.mutation
def put_a_key_into_the_info(session: Session) -> Iterable[Trace]:
    """Each reason once with a provider's key behind it."""
    for action, _, info in infos(session):
        yield with_info(session.trace, action, f"{info} Key used: sk_live_4eC39HqLyjWDarjtT1zdp7dc")


@info_no_secrets.mutation
def put_a_password_into_the_info(session: Session) -> Iterable[Trace]:
    """Each reason once with a password behind it."""
    for action, _, info in infos(session):
        yield with_info(session.trace, action, f"{info} (password: Tr0ub4dor&3)")


@info_no_secrets.mutation
def put_a_card_number_into_the_info(session: Session) -> Iterable[Trace]:
    """Each reason once with a card number behind it."""
    for action, _, info in infos(session):
        yield with_info(session.trace, action, f"{info} Card 4242 4242 4242 4242.")
