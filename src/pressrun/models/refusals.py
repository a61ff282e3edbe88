"""What a provider's refusal means: its status and words become one of our failure codes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pressrun.errors import FailureCode, RunFailure
from pressrun.models.headers import pause_s
from pressrun.models.retry_after import retry_after_s

LONGEST_MESSAGE = 300
"""Characters kept of a provider's own words."""

QUOTA_WORDS = frozenset(
    {
        "insufficient_quota",
        "billing_hard_limit_reached",
        "billing_not_active",
        "billing_error",
        "insufficient_balance",
        "insufficient_credits",
    }
)
CONTENT_WORDS = frozenset({"content_filter", "content_policy_violation", "responsibleaipolicyviolation"})
STATUS_OF_WORD = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "model_not_found": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "overloaded_error": 529,
}
CODE_OF_STATUS = {
    401: FailureCode.MODEL_AUTHENTICATION,
    403: FailureCode.MODEL_AUTHENTICATION,
    404: FailureCode.MODEL_NOT_FOUND,
    408: FailureCode.MODEL_TIMEOUT,
    425: FailureCode.MODEL_UNAVAILABLE,
    429: FailureCode.MODEL_RATE_LIMITED,
    504: FailureCode.MODEL_TIMEOUT,
}
RETRYABLE_BELOW_500 = frozenset({408, 425, 429})
OUTAGE_STATUSES = frozenset({502, 503, 504, 529})
"""The server says that it serves nobody now; 500 may be about this one request."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Who was asked, as messages name it; `secret` is cut out of whatever it said."""

    model: str | None
    host: str
    secret: str | None = field(default=None, repr=False)

    def failure(
        self,
        code: FailureCode,
        what: str,
        *,
        retryable: bool = False,
        retry_after_s: float | None = None,
        outage: bool = False,
    ) -> RunFailure:
        """A failure whose message begins with the model and the host."""
        name = f"Model {self.model!r}" if self.model else "The model"
        message = self.hide(f"{name} at {self.host} {what}")
        return RunFailure(code, message, retryable=retryable, retry_after_s=retry_after_s, outage=outage)

    def malformed(self, what: str) -> RunFailure:
        """An answer that is none; another attempt may get a better one."""
        return self.failure(
            FailureCode.INVALID_OUTPUT, f"did not answer with a chat completion: {what}", retryable=True
        )

    def too_large(self, limit_bytes: int) -> RunFailure:
        """An answer beyond the cap; asking again would only cost again."""
        return self.failure(FailureCode.OUTPUT_TOO_LARGE, f"answered with more than {limit_bytes:,} bytes")

    def hide(self, text: str) -> str:
        """The text without the secret."""
        return text.replace(self.secret, "***") if self.secret else text


def refused(peer: Peer, status: int, body: bytes, headers: Mapping[str, str], now_s: float) -> RunFailure:
    """The failure for an HTTP status that is no success; `now_s` (seconds since the epoch) reads dates."""
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        document = body.decode("utf-8", "replace")
    words, message = _said(document)
    wait_s = retry_after_s(headers, now_s)
    return _failure(peer, status, words, message, pause_s(headers, now_s) if wait_s is None else wait_s)


def refused_inside(peer: Peer, error: Any) -> RunFailure:
    """The failure for an error object inside a body whose status said success; gateways and streams do that."""
    words, message = _said({"error": error})
    numbers = [int(word) for word in words if word.isascii() and word.isdigit() and 400 <= int(word[:9]) <= 599]
    known = [STATUS_OF_WORD[word] for word in words if word in STATUS_OF_WORD]
    return _failure(peer, (numbers + known + [500])[0], words, message, None)


def classify(status: int, words: frozenset[str] = frozenset()) -> tuple[FailureCode, bool]:
    """The failure code of a status and the provider's code words, and whether another attempt may succeed."""
    if words & QUOTA_WORDS or status == 402:
        return FailureCode.MODEL_QUOTA_EXHAUSTED, True  # somebody may pay
    if words & CONTENT_WORDS and status < 500:
        return FailureCode.MODEL_CONTENT_REFUSED, False
    if status >= 500:
        return CODE_OF_STATUS.get(status, FailureCode.MODEL_UNAVAILABLE), True
    return CODE_OF_STATUS.get(status, FailureCode.MODEL_REFUSED), status in RETRYABLE_BELOW_500


def shorten(text: str) -> str:
    """One line without control characters, at most LONGEST_MESSAGE characters."""
    line = re.sub(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+", " ", text).strip()
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"


def _failure(peer: Peer, status: int, words: frozenset[str], message: str, wait_s: float | None) -> RunFailure:
    code, retryable = classify(status, words)
    # Hidden before it is shortened: a key cut in half would no longer be found.
    said = shorten(peer.hide(message))
    what = f"answered {status}" + (f": {said}" if said else "")
    outage = retryable and status in OUTAGE_STATUSES
    return peer.failure(code, what, retryable=retryable, retry_after_s=wait_s if retryable else None, outage=outage)


def _said(document: Any) -> tuple[frozenset[str], str]:
    error = document.get("error", document) if isinstance(document, dict) else document
    if not isinstance(error, dict):
        return frozenset(), error if isinstance(error, str) else json.dumps(error)
    words = frozenset(str(error[key]).lower() for key in ("code", "type", "status") if error.get(key) is not None)
    message = next((error[key] for key in ("message", "detail", "error_description") if error.get(key)), error)
    return words, message if isinstance(message, str) else json.dumps(message)
