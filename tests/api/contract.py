"""What `/openapi.json` promises, held against every answer that a test receives."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from jsonschema.validators import Draft202012Validator

from pressrun.api.schemas import ErrorBody

FIXED_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
INTERNALS = re.compile(r"Traceback|/src/|site-packages|SELECT |sqlite|asyncpg|apsw", re.IGNORECASE)


class Contract:
    """The schemas of an OpenAPI document, ready to be held against answers."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._paths = [(_pattern(path), operations) for path, operations in document["paths"].items()]

    def check(self, method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Fails the test when the answer is not what the document, or the house, promises."""
        what = f"{method} {path} -> {status} {body[:500]!r}"
        for name, value in FIXED_HEADERS.items():
            assert headers.get(name) == value, what
        assert headers.get("x-request-id"), what
        is_api = path.startswith("/v1/")
        assert headers.get("cache-control") in {"no-store", "max-age=3600"} or not is_api, what
        assert "server" not in headers, what
        if status >= 400:
            self._check_refusal(headers, body, what)
        operation = self._operation(method, path)
        if operation is None:
            assert status >= 400 or not is_api, what
            return
        declared = operation["responses"].get(str(status)) or operation["responses"].get("default")
        assert declared is not None, f"status is not declared: {what}"
        media_type = headers.get("content-type", "").partition(";")[0]
        assert media_type in declared["content"], f"media type is not declared: {what}"
        if media_type == "application/json":
            self._validate(declared["content"][media_type]["schema"], msgspec.json.decode(body), what)

    def validate(self, name: str, value: Any) -> None:
        """Fails the test when a value is not what the document says of this shape."""
        self._validate(self.document["components"]["schemas"][name], value, name)

    def _check_refusal(self, headers: Mapping[str, str], body: bytes, what: str) -> None:
        if headers.get("content-type") == "application/json" and b'"status":"unavailable"' not in body:
            ErrorBody.model_validate_json(body, strict=True)
        assert not INTERNALS.search(body.decode()), what
        assert int(headers.get("retry-after", "1")) in range(1, 60), what

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        bare = path.partition("?")[0]
        for pattern, operations in self._paths:
            if pattern.fullmatch(bare) and method.lower() in operations:
                found: dict[str, Any] = operations[method.lower()]
                return found
        return None

    def _validate(self, schema: dict[str, Any], value: Any, what: str) -> None:
        assert schema, f"an answer without a schema: {what}"
        whole = {**schema, "components": self.document["components"]}
        problems = [error.message for error in Draft202012Validator(whole).iter_errors(value)]
        assert not problems, f"{problems}: {what}"


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", lambda found: ".+" if found[1] == "name" else "[^/]+", re.escape(path)))
