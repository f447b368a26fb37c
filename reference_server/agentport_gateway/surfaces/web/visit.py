"""One visit of a browser: who it is, what it sent, and the secret that its forms are bound to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agentport_gateway.auth.cookies import form_token
from agentport_gateway.domain.identity import Human, Origin
from agentport_gateway.operations.signing_in import human_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

    from agentport_gateway.gateway import Gateway
    from agentport_gateway.store.accounts import User
    from agentport_gateway.store.browser_sessions import BrowserSession


class NotSignedInError(Exception):
    """The page is for people who are signed in."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a form sent; a field that is absent is empty."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def text(self, name: str, *, most: int = 10_000) -> str:
        """A field's text without surrounding blanks, cut to so many characters, and without NUL."""
        return self.raw(name, most=most).strip()

    def raw(self, name: str, *, most: int = 10_000) -> str:
        """A field's text as it was typed, without NUL: a password may begin with a blank."""
        given = self.fields.get(name)
        return given[0][:most].replace("\x00", "") if given else ""

    def texts(self, name: str) -> list[str]:
        """All texts of a repeated field."""
        return [one.replace("\x00", "").strip() for one in self.fields.get(name, ())]

    def has(self, name: str) -> bool:
        """Whether the field was sent with something in it: a ticked box, say."""
        return bool(self.text(name))


@dataclass(slots=True, kw_only=True)
class Visit:
    """A request by a browser. `session` may only await its second factor: then `user` is not signed in."""

    gateway: Gateway
    request: Request
    secret: str | None
    session: BrowserSession | None = None
    user: User | None = None
    form: Form = field(default_factory=Form)
    new_secret: str | None = None
    """A secret that the answer gives the browser."""
    lasting: int = 0
    """For how many seconds the new secret is kept; 0 takes the cookie back."""

    @property
    def signed_in(self) -> User | None:
        """Who is signed in, if anybody is."""
        return None if self.session is None or self.session.awaits_code else self.user

    @property
    def member(self) -> User:
        """Who is signed in. Raises NotSignedInError."""
        if (user := self.signed_in) is None:
            raise NotSignedInError
        return user

    @property
    def human(self) -> Human:
        """Who is signed in, as operations know them. Raises NotSignedInError."""
        return human_of(self.member)

    @property
    def session_id(self) -> str:
        """The browser's session. Raises NotSignedInError."""
        if self.session is None or self.session.awaits_code:
            raise NotSignedInError
        return self.session.id

    @property
    def origin(self) -> Origin:
        """What this browser says it is, and its address."""
        client = self.request.client
        return Origin.told(self.request.headers.get("user-agent"), client.host if client else None)

    @property
    def address(self) -> str:
        """Where the browser is."""
        return self.origin.address or ""

    @property
    def token(self) -> str:
        """What this browser's forms carry; one that has no secret yet is given one."""
        if self.secret is None:
            self.hold(self.gateway.ids.secret(), seconds=int(self.gateway.settings.sign_in_hours * 3600))
        return form_token(self.secret or "")

    def hold(self, secret: str, *, seconds: int) -> None:
        """Let the browser hold another secret from now on."""
        self.secret = self.new_secret = secret
        self.lasting = seconds

    def let_go(self) -> None:
        """Take the browser's secret back."""
        self.secret, self.new_secret, self.lasting = None, "", 0
