"""How Pressrun says no over HTTP: Writer's error body, one table from code to status."""

import math
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.responses import Response

from pressrun.errors import Code, LimitError, PressrunError, Problem

LONGEST_RETRY_AFTER_S = 59
"""Writer's clients ignore longer waits and fall back to their own."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a code looks like on the wire; `error_type` is Writer's finer name for it."""

    status: int
    tpe: str
    key: str
    error_type: str


SHAPES: dict[Code, Shape] = {
    Code.INVALID: Shape(400, "BadRequest", "fail.badRequest.invalidParameters", "InvalidParameters"),
    Code.UNAUTHORIZED: Shape(401, "Unauthorized", "fail.unauthorized.badToken", "BadToken"),
    Code.FORBIDDEN: Shape(403, "Forbidden", "fail.forbidden.insufficientAccessRights", "InsufficientAccessRights"),
    Code.NOT_FOUND: Shape(404, "NotFound", "fail.notFound.resource", "ResourceNotFound"),
    Code.METHOD_NOT_ALLOWED: Shape(405, "MethodNotAllowed", "fail.methodNotAllowed.method", "MethodNotAllowed"),
    Code.CONFLICT: Shape(409, "Conflict", "fail.conflict.state", "Conflict"),
    Code.TOO_LARGE: Shape(413, "PayloadTooLarge", "fail.payloadTooLarge.body", "PayloadTooLarge"),
    Code.NO_SUCH_RANGE: Shape(416, "RangeNotSatisfiable", "fail.badRequest.range", "RangeNotSatisfiable"),
    Code.KEY_REUSED: Shape(
        422, "UnprocessableEntity", "fail.unprocessableEntity.idempotencyKeyReused", "IdempotencyKeyReused"
    ),
    Code.HEAD_TOO_LARGE: Shape(431, "RequestHeaderFieldsTooLarge", "fail.badRequest.headTooLarge", "HeadTooLarge"),
    Code.TOO_SLOW: Shape(408, "RequestTimeout", "fail.requestTimeout.tooSlow", "RequestTimeout"),
    Code.TOO_MANY: Shape(429, "TooManyRequests", "fail.tooManyRequests.quotaExceeded", "QuotaExceeded"),
    Code.INTERNAL: Shape(500, "InternalServerError", "fail.internalServerError.generic", "InternalError"),
    Code.MODEL_FAILED: Shape(502, "BadGateway", "fail.badGateway.model", "ModelFailed"),
    Code.UNAVAILABLE: Shape(503, "ServiceUnavailable", "fail.serviceUnavailable.temporary", "Unavailable"),
    Code.NO_ROOM: Shape(507, "InsufficientStorage", "fail.insufficientStorage.disk", "InsufficientStorage"),
    Code.TIMEOUT: Shape(504, "GatewayTimeout", "fail.gatewayTimeout.generation", "Timeout"),
}

INPUT_PARAMETERS = "InvalidInputParameters"


OPENAI_PATHS = ("/v1/chat/completions", "/v1/completions", "/v1/models")
"""Where clients of OpenAI's ask, which show of a refusal what stands under `error`."""


def body(error: PressrunError, *, openai: bool = False) -> dict[str, Any]:
    """Writer's error body; the top-level `message` is what the JavaScript client shows, `error` what OpenAI's do."""
    shape = SHAPES[error.code]
    about_inputs = error.code == Code.INVALID and any("input" in problem.extras for problem in error.problems)
    return {
        "tpe": shape.tpe,
        "message": str(error),
        "errors": [
            {"description": problem.description, "key": shape.key, "extras": dict(problem.extras)}
            for problem in error.problems
        ],
        "extras": {"error_type": INPUT_PARAMETERS if about_inputs else shape.error_type},
        **({"error": _openai(error)} if openai else {}),
    }


def _openai(error: PressrunError) -> dict[str, Any]:
    fields = [problem.extras["field"] for problem in error.problems if "field" in problem.extras]
    return {
        "message": str(error),
        "type": SHAPES[error.code].error_type,
        "param": fields[0] if fields else None,
        "code": error.code,
    }


def headers(error: PressrunError) -> dict[str, str]:
    """Whether and when to try again, and which limit was reached."""
    if not isinstance(error, LimitError):
        return _retrying(error)
    left = {} if error.retry_after_s is not None else {"retry-after": str(LONGEST_RETRY_AFTER_S)}
    return _retrying(error) | left | rate_limit(error.limit, error.most, error.window_s, 0)


def rate_limit(limit: str, most: int, window_s: int | None, left: int) -> dict[str, str]:
    """The RateLimit fields of draft-ietf-httpapi-ratelimit-headers: the limit, and what is left of it."""
    window = "" if window_s is None else f";w={window_s}"
    return {"ratelimit-policy": f'"{limit}";q={most}{window}', "ratelimit": f'"{limit}";r={left}'}


def _retrying(error: PressrunError) -> dict[str, str]:
    """What tells a client whether to try again: Writer's Python client repeats a bare 409 or 5xx seven times."""
    if error.retry_after_s is not None:
        wait = {"retry-after": str(max(1, min(LONGEST_RETRY_AFTER_S, math.ceil(error.retry_after_s))))}
        return wait | ({"x-should-retry": "true"} if error.code == Code.NO_ROOM else {})
    return {} if error.code == Code.INTERNAL else {"x-should-retry": "false"}


def response(error: PressrunError, path: str = "") -> Response:
    """The whole answer to a request for a path."""
    return Response(
        msgspec.json.encode(body(error, openai=path.startswith(OPENAI_PATHS))),
        SHAPES[error.code].status,
        headers(error) | ({"www-authenticate": "Bearer"} if error.code == Code.UNAUTHORIZED else {}),
        "application/json",
    )


def internal() -> PressrunError:
    """What a caller learns of a fault of ours: nothing but that there was one."""
    return PressrunError(Code.INTERNAL, "Pressrun failed to answer; its log has the details under this request's id")


def no_such_path(path: str) -> PressrunError:
    """An address that means nothing."""
    return PressrunError(Code.NOT_FOUND, Problem(f"there is nothing at {path}; see /docs for what there is"))
