"""The name of a file, as `Content-Disposition` carries it: quoted, unquoted, or encoded by RFC 6266."""

from contextlib import suppress
from email.message import Message
from urllib.parse import quote


def name_of(header: str | None) -> str:
    """The name that a request gives its body, "" for none; `header` as HTTP delivers it, in Latin-1."""
    if not header:
        return ""
    with suppress(UnicodeError):  # else the letters of Latin-1 are meant
        header = header.encode("latin-1").decode()
    message = Message()
    message["content-disposition"] = "".join(letter if letter.isprintable() else " " for letter in header)
    return _extended(header) or message.get_filename("") or ""


def attachment(name: str) -> str:
    """The header that makes a browser store an answer under this name, and never show it."""
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\%' else "_" for letter in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _extended(header: str) -> str:
    """The name of `filename*`, which goes before the plain one where both are there."""
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key.strip().lower() == "filename*":
            message = Message()
            message["content-disposition"] = f"attachment; filename*={value.strip()}"
            return message.get_filename("") or ""
    return ""
