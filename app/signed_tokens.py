"""JSON Web Tokens as products sign them. Apart from `products`, which loads this, and the library, when one comes."""

from datetime import timedelta
from typing import Any

import jwt
from jwt.algorithms import OKPAlgorithm

from app.words import _


class OtherKey(Exception):
    """Another key signed the token, perhaps."""


class NotTaken(Exception):
    """The key signed the token, but it cannot be taken, and why."""


def claims(
    token: str, secret: str, algorithm: str, *, audience: str, needed: list[str], most: timedelta, leeway: timedelta
) -> dict[str, Any]:
    """What the token says, by this key and no other algorithm than its own. Raises OtherKey, NotTaken."""
    options: Any = {"require": needed}
    try:
        said: dict[str, Any] = jwt.decode(
            token, secret, algorithms=[algorithm], audience=audience, leeway=leeway, options=options
        )
    except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError) as trouble:
        raise OtherKey from trouble
    except jwt.InvalidTokenError as trouble:
        raise NotTaken(str(trouble)) from trouble
    if int(said["exp"]) - int(said["iat"]) > most.total_seconds():
        raise NotTaken(_("it lasts longer than five minutes"))
    return said


def is_public_key(pasted: str) -> bool:
    try:
        return hasattr(OKPAlgorithm().prepare_key(pasted), "public_bytes")
    except (ValueError, TypeError, jwt.InvalidKeyError):
        return False
