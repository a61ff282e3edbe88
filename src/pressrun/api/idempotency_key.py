"""The Idempotency-Key of a request."""

import hashlib
import re

from starlette.requests import Request

from pressrun.errors import Code, PressrunError, Problem
from pressrun.jobs.job import IdempotencyKey
from pressrun.organizations.keys import Key

NAME = "Idempotency-Key"
FORM = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,254}")
FAULT = f"{NAME} must have 1 to 255 printable ASCII characters"


def given_key(request: Request) -> str | None:
    """What the client says, None for nothing; raises PressrunError (invalid)."""
    name = request.headers.get(NAME)
    if name is not None and not FORM.fullmatch(name):
        raise PressrunError(Code.INVALID, Problem(FAULT, {"field": NAME}))
    return name


def key_of(name: str | None, key: Key, route: str, body_hash: str) -> IdempotencyKey | None:
    """The key as it is kept, for a request of this route with a body of this hash."""
    return None if name is None else IdempotencyKey(key.id, route, hashlib.sha256(name.encode()).hexdigest(), body_hash)
