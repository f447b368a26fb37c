"""The exact identity of a call: RFC 8785 canonical arguments and their digest."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_EXACT_INTEGERS = 2**53 - 1


class InexactArgumentsError(ValueError):
    """The arguments have no canonical form: a number no double holds, a lone surrogate, no JSON value."""


def canonical_arguments(arguments: Mapping[str, Any]) -> bytes:
    """The RFC 8785 form: key order, spacing and 1 against 1.0 make no difference; anything else does.

    Raises InexactArgumentsError when the value cannot be canonicalised without changing it.
    """
    import rfc8785

    try:
        return rfc8785.dumps(_plain(arguments, "$"))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise InexactArgumentsError(f"the arguments have no exact canonical form: {error}") from error


def call_digest(*, org_id: str, integration_id: str, tool_name: str, target: str, canonical: bytes) -> str:
    """The SHA-256 (hex) that a request and the calls it covers share: tenant, target, tool and arguments."""
    digest = hashlib.sha256()
    for part in (org_id, integration_id, tool_name, target):
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    digest.update(canonical)
    return digest.hexdigest()


def _plain(value: Any, at: str) -> Any:
    """The value with integers beyond 2^53 as the doubles they equal; refuses what a double cannot hold."""
    match value:
        case bool() | None | str() | float():
            return value
        case int():
            if -_EXACT_INTEGERS <= value <= _EXACT_INTEGERS:
                return value
            try:
                as_double = float(value)
            except OverflowError:
                raise InexactArgumentsError(f"{at}: this integer is too large to be kept exactly") from None
            if int(as_double) != value:
                raise InexactArgumentsError(f"{at}: this integer cannot be kept exactly: send it as a string")
            return as_double
        case dict():
            return {key: _plain(item, f"{at}.{key}") for key, item in value.items()}
        case list() | tuple():
            return [_plain(item, f"{at}[{index}]") for index, item in enumerate(value)]
        case _:
            raise InexactArgumentsError(f"{at}: {type(value).__name__} is not a JSON value")
