"""What inputs, prompts and agents may be called."""

import re
import unicodedata
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

MAX_NAME_CHARS = 255
RESERVED_ALIASES = frozenset({"jobs"})  # /v1/applications/jobs/… is a route of its own
_ALIAS = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_LINE_BREAKERS = frozenset({"Cc", "Zl", "Zp"})


def fold(name: str) -> str:
    """The name as references compare it: without case, spaces and underscores."""
    return "".join(letter for letter in unicodedata.normalize("NFC", name).casefold() if letter not in " _")


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID in its usual form, 8-4-4-4-12."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _name(value: str) -> str:
    if not any(letter.isalnum() for letter in value):
        raise PydanticCustomError("name", "must hold at least one letter or digit")
    if value != value.strip():
        raise PydanticCustomError(
            "name", "must not begin or end with a space: write {name}", {"name": repr(value.strip())}
        )
    if any(unicodedata.category(letter) in _LINE_BREAKERS for letter in value):
        raise PydanticCustomError("name", "must not hold line breaks, tabs or other control characters")
    if any(letter in "@{}" for letter in value):
        raise PydanticCustomError("name", "must not hold @, { or }: they mark references")
    return value


def _alias(value: str) -> str:
    if not _ALIAS.fullmatch(value):
        raise PydanticCustomError(
            "alias", "must be 1 to 100 of a-z, 0-9, - and _, beginning with a letter or digit: for example {slug}",
            {"slug": slug(value)},
        )  # fmt: skip
    if value in RESERVED_ALIASES:
        raise PydanticCustomError("alias", "must not be {alias}: the API uses that word", {"alias": value})
    if is_uuid(value):
        raise PydanticCustomError("alias", "must not look like an id: use a word")
    return value


def slug(text: str) -> str:
    """A valid alias made from any text, for suggestions."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[:100]
    return "my-agent" if not found or found in RESERVED_ALIASES or is_uuid(found) else found


Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARS), AfterValidator(_name)]
Alias = Annotated[str, AfterValidator(_alias)]
