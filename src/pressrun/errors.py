"""Every way Pressrun says no: one exception, one closed list of codes.

The API turns a code into an HTTP status (`api/problems.py`), the command line into an exit code; nothing else does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """What kind of refusal it is."""

    INVALID = "invalid"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    KEY_REUSED = "key_reused"
    TOO_LARGE = "too_large"
    HEAD_TOO_LARGE = "head_too_large"
    NO_SUCH_RANGE = "no_such_range"
    TOO_SLOW = "too_slow"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"
    MODEL_FAILED = "model_failed"
    TIMEOUT = "timeout"
    NO_ROOM = "no_room"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, with the field it concerns in `extras` and the way to mend it in `description`."""

    description: str
    extras: Mapping[str, Any] = field(default_factory=dict)


class PressrunError(Exception):
    """A refusal that may be shown to whoever asked.

    `retry_after_s` is set when the same request may succeed later; without it the answer is final.
    """

    def __init__(
        self, code: Code, problems: str | Problem | Sequence[Problem], *, retry_after_s: float | None = None
    ) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self.code = code
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.retry_after_s = retry_after_s
        super().__init__("; ".join(problem.description.rstrip(".") for problem in self.problems))


class LimitError(PressrunError):
    """A limit is reached: `limit` is its name, `most` its value, `window_s` the time it is for, None when it is none.

    The same request may succeed after `retry_after_s`; None says that waiting for seconds will not help.
    """

    def __init__(
        self, message: str, limit: str, most: int, window_s: int | None = None, *, retry_after_s: float | None = None
    ) -> None:
        super().__init__(Code.TOO_MANY, Problem(message, {"limit": limit, "most": most}), retry_after_s=retry_after_s)
        self.limit = limit
        self.most = most
        self.window_s = window_s


class CommitUnknownError(PressrunError):
    """The answer to a commit was lost: it may have happened or not. `value` is what the work returned before it.

    Never repeat the work blindly: read back first (`store/sure.py`).
    """

    def __init__(self, value: Any) -> None:
        self.value = value
        super().__init__(Code.UNAVAILABLE, "the database did not answer whether it has stored this", retry_after_s=5)


class FailureCode(StrEnum):
    """Why a job failed: the closed vocabulary of `error_code`, documented in docs/jobs.md."""

    CANCELLED = "cancelled"
    DEADLINE_EXCEEDED = "deadline_exceeded"
    FILE_MISSING = "file_missing"
    FILE_NOT_READY = "file_not_ready"
    GRAPH_MISSING = "graph_missing"
    INPUT_REFUSED = "input_refused"
    INVALID_OUTPUT = "invalid_output"
    MODEL_AUTHENTICATION = "model_authentication"
    MODEL_CONTENT_REFUSED = "model_content_refused"
    MODEL_NOT_FOUND = "model_not_found"
    MODEL_QUOTA_EXHAUSTED = "model_quota_exhausted"
    MODEL_RATE_LIMITED = "model_rate_limited"
    MODEL_REFUSED = "model_refused"
    MODEL_TIMEOUT = "model_timeout"
    MODEL_UNAVAILABLE = "model_unavailable"
    NOT_SUPPORTED = "not_supported"
    OUTPUT_TOO_LARGE = "output_too_large"
    PARSE_LIMIT = "parse_limit"
    POISON = "poison"
    SCHEMA_ERROR = "schema_error"
    UNREADABLE_FILE = "unreadable_file"
    URL_FAILED = "url_failed"
    WORKER_LOST = "worker_lost"
    INTERNAL = "internal"


class RunFailure(Exception):  # noqa: N818 - a failure is an outcome of a run, not an error of the program
    """A run of an agent could not produce its result; becomes the job's `error`.

    `retryable` says whether another attempt may succeed; `retry_after_s` is the provider's own wish, in seconds.
    `outage`: the provider serves nobody now, so the attempt says nothing about the job and is not charged to it.
    `model` is the catalog's name of the model it is about. Not `called`: the model was not asked at all.
    """

    def __init__(
        self,
        code: FailureCode,
        message: str,
        *,
        retryable: bool = False,
        retry_after_s: float | None = None,
        outage: bool = False,
        model: str | None = None,
        called: bool = True,
    ) -> None:
        self.code = code
        self.message = message
        self.retryable = retryable
        self.retry_after_s = retry_after_s
        self.outage = outage
        self.model = model
        self.called = called
        super().__init__(message)
