"""What became of a request: an answer, or one of few causes why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why there is no answer."""

    BLOCKED = "blocked"
    UNRESOLVED = "unresolved"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


class OutgoingError(Exception):
    """There is no answer; `cause` says why in one word."""

    def __init__(self, cause: Cause, message: str) -> None:
        self.cause = cause
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a URL answered, without its body."""

    status: int
    headers: Mapping[str, str]
