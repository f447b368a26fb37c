"""Finds credentials in text, offline: the patterns of ``detect-secrets``, and what agents meet beyond those.

The library is the fork that is released every month, ``bc-detect-secrets``. Only its pattern plugins are used, on the
text that is passed: nothing is verified over the network, and no file is read. A text is read in pieces, so that the
time stays linear whatever a pattern does. Full-width and invisible characters do not hide a credential.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from agentport_harness.core.needles import Pattern, compiled, possible
from agentport_harness.detectors.cards import card_numbers

_PIECE = 4_000
_OVERLAP = 400
_SHORTEST = 8
_LONG_WORD = 16
_WORTH_A_LOOK = re.compile(rf"[A-Za-z0-9_+/=.\-]{{{_LONG_WORD}}}|://|PRIVATE KEY")
"""No credential that is told by its shape is shorter than this, and most texts have nothing that is so long."""

_SHAPES: tuple[tuple[str, str], ...] = (
    ("AgentPort key", r"\bap_(?=[A-Za-z_-]*\d|[A-Za-z]{24})[A-Za-z0-9_-]{16,}"),
    ("Stripe key", r"\b[rs]k_(?:test|live)_[0-9A-Za-z]{10,}|\bwhsec_[0-9A-Za-z+/=]{16,}"),
    ("GitHub token", r"\bgithub_pat_[0-9A-Za-z_]{20,}|\bgh[pousr]_[0-9A-Za-z]{16,}"),
    ("GitLab token", r"\bgl(?:pat|ptt|dt|rt|cbt|oas|soat)-[0-9A-Za-z_-]{16,}"),
    ("Slack token", r"\bxox[abeoprs](?:\.xox[bp])?-[0-9A-Za-z-]{10,}|\bxapp-\d-[0-9A-Za-z-]{10,}"),
    ("model provider key", r"\bsk-(?:ant-|proj-|svcacct-|or-v1-)?(?=[\w-]*\d)[0-9A-Za-z_-]{20,}"),
    ("Google key", r"\bAIza[0-9A-Za-z_-]{30,}|\bya29\.[0-9A-Za-z_-]{20,}|\bGOCSPX-[0-9A-Za-z_-]{20,}"),
    ("Notion token", r"\b(?:secret|ntn)_[0-9A-Za-z]{30,}"),
    ("registry token", r"\bpypi-[0-9A-Za-z_-]{16,}|\bdckr_pat_[0-9A-Za-z_-]{20,}|\bhf_[0-9A-Za-z]{30,}"),
    ("cloud token", r"\bdo[opr]_v1_[0-9a-f]{32,}|\bdapi[0-9a-f]{32}\b|\bHRKU-[0-9A-Za-z_-]{20,}"),
    ("shop token", r"\bshp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32}|\bEAAA[0-9A-Za-z_-]{40,}"),
    (
        "issue tracker key",
        r"\blin_(?:api|oauth)_[0-9A-Za-z]{20,}|\bATATT3[0-9A-Za-z_=-]{20,}|\bfigd_[0-9A-Za-z_-]{20,}",
    ),
    ("bot token", r"\b\d{8,10}:AA[0-9A-Za-z_-]{32,33}\b"),
    ("bearer token", r"\b[Bb]earer\s+(?=\S*\d)[0-9A-Za-z_.~+/-]{16,}=*"),
    ("private key", r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY"),
)
_LIBRARY = (
    "aws.AWSKeyDetector", "basic_auth.BasicAuthDetector", "discord.DiscordBotTokenDetector",
    "github_token.GitHubTokenDetector", "jwt.JwtTokenDetector", "mailchimp.MailchimpDetector", "npm.NpmDetector",
    "private_key.PrivateKeyDetector", "sendgrid.SendGridDetector", "slack.SlackDetector",
    "square_oauth.SquareOAuthDetector", "stripe.StripeDetector", "twilio.TwilioKeyDetector",
)  # fmt: skip
"""The plugins that know a credential by its own shape; those that guess by entropy or a word near by are left out."""

_NAMES = (
    r"pass ?words?|pass ?phrase|passwd|passcode|pwd|pin code|api[ _-]?keys?|api[ _-]?token|access[ _-]?tokens?|"
    r"access[ _-]?key|"
    r"auth(?:entication|orization)?[ _-]?token|(?:secret|private|client)[ _-]?(?:key|token|secret)|"
    r"refresh[ _-]?token|token|secret|"
    r"credentials?|kennwort|passwort|zugangsdaten|schlüssel|mot de passe|jeton|clé (?:api|secrète)|contraseña|clave|"
    r"senha|chave|wachtwoord|hasło|şifre|parola|парол[ья]|токен|"
    r"パスワード|トークン|密码|密碼|密钥|口令|令牌|"
    r"비밀번호"
)
_NAMED = re.compile(
    rf"(?:(?<![^\W_])(?:{_NAMES}))[\"'`]?\s{{0,3}}"
    r"(?P<link>[:=\uff1a]|\bis\b|\blautet\b|\bist\b|\best\b|\bes\b|\bè\b|\bé\b|は|是|为|[\u2192>-]{1,2}|)\s{0,3}"
    r"(?P<quote>[\"'`\u201c\u201e\u00ab]?)(?P<value>[^\s\"'`\u201c\u201d\u00bb,;]{4,200})",
    re.IGNORECASE,
)
_IN_A_LINK = re.compile(
    r"[?&#](?:access_token|id_token|api_?key|apikey|auth_token|token|password|secret|sig|signature|x-amz-signature)="
    r"(?=[^&\s]{0,200}\d)[^&\s]{12,}",
    re.IGNORECASE,
)
_MASKED = re.compile(r"x{4,}|\*{2,}|\u2022{2,}|\.{3}|\u2026|your[_-]|redacted|placeholder", re.IGNORECASE)
_PLACEHOLDER = re.compile(rf"{_MASKED.pattern}|your|example|<|\{{|\[|\$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A credential in a text: what kind it is, and the credential itself; reports show only `masked`."""

    kind: str
    value: str

    @property
    def masked(self) -> str:
        """Enough of it to find the place, too little to use it."""
        return f"{self.value[:4]}\u2026 ({len(self.value)} characters)"


def credentials_in(text: str) -> tuple[Secret, ...]:
    """What is a credential by its own shape: provider keys, tokens, private keys, payment card numbers."""
    found = dict[str, Secret]()
    for piece in _pieces(plain(text)):
        for secret in (*_shaped(piece), *(Secret(kind="card number", value=card) for card in card_numbers(piece))):
            found.setdefault(secret.value, secret)
    return tuple(found.values())


def secrets_in(text: str) -> tuple[Secret, ...]:
    """`credentials_in`, and what the text itself calls a password, a key or a token, or carries in a link."""
    found = {secret.value: secret for secret in credentials_in(text)}
    for piece in _pieces(plain(text)):
        for match in _NAMED.finditer(piece):
            value = match["value"].rstrip(".!?)]}\u3002")
            if _could_be_one(value, match["link"], match["quote"]):
                found.setdefault(value, Secret(kind="named secret", value=value))
        for match in _IN_A_LINK.finditer(piece):
            found.setdefault(match.group(), Secret(kind="token in a link", value=match.group()[1:]))
    return tuple(found.values())


def _could_be_one(value: str, link: str, quote: str) -> bool:
    """Whether a word after "password" is one: prose such as "password reset" or "token: expired" is not."""
    if _PLACEHOLDER.search(value) or len(value) < 4 or not value.isascii():
        return False
    odd = any(character.isdigit() or character in "!@#$%^&*_+~" for character in value)
    if quote and link:
        return True
    if link == "=":
        return odd or len(value) >= 6
    if link:
        return odd and not re.fullmatch(r"\d{1,3}(?:\.\d+)?%?|\d{4}-\d\d-\d\d\S*|https?://\S*", value)
    return odd and len(value) >= 12 and any(character.isalpha() for character in value) and "/" not in value


def _shaped(piece: str) -> Iterator[Secret]:
    longest = max(map(len, piece.split()), default=0)
    if (longest < _LONG_WORD and "://" not in piece and "PRIVATE KEY" not in piece) or not _WORTH_A_LOOK.search(piece):
        return
    patterns = _patterns()
    for pattern in possible(patterns, piece):
        for match in pattern.finditer(piece):
            if not _MASKED.search(match.group()):
                yield Secret(kind=patterns[pattern], value=match.group())
    plugins = _plugins()
    for kind, analyse in dict.fromkeys(plugins[shape] for shape in possible(plugins, piece)):
        for value in _analysed(analyse, piece):
            if len(value) >= _SHORTEST and not _MASKED.search(value):
                yield Secret(kind=kind, value=value)


def _analysed(analyse: Callable[[str], Iterable[str]], piece: str) -> list[str]:
    try:
        return list(analyse(piece))
    except (ValueError, RecursionError):  # what looked like a token held something that cannot be decoded
        return []


@cache
def _patterns() -> Mapping[Pattern, str]:
    return {compiled(pattern): kind for kind, pattern in _SHAPES}


@cache
def _plugins() -> Mapping[Pattern, tuple[str, Callable[[str], Iterable[str]]]]:
    """Every shape that the library knows, with the kind of credential and what finds it."""
    from importlib import import_module

    found: dict[Pattern, tuple[str, Callable[[str], Iterable[str]]]] = {}
    for path in _LIBRARY:
        module, _, name = path.partition(".")
        plugin = getattr(import_module(f"detect_secrets.plugins.{module}"), name)()
        for shape in plugin.denylist:
            found[compiled(shape.pattern, shape.flags)] = str(plugin.secret_type), plugin.analyze_string
    return found


def plain(text: str) -> str:
    """The text with compatibility forms folded and nothing invisible between the characters of a key."""
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text)
    return "".join(character for character in folded if unicodedata.category(character) != "Cf")


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, max(len(text), 1), _PIECE):
        yield text[max(0, start - _OVERLAP) : start + _PIECE]
