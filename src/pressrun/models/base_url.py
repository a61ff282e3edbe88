"""Which addresses a provider may have."""

from urllib.parse import urlsplit

from pressrun.errors import Code, PressrunError, Problem


def check_base_url(base_url: str) -> None:
    """Raises PressrunError (invalid) unless it is http(s) with a host and without a user, a password or a fragment."""
    fault = _fault(base_url)
    if fault:
        description = f"base_url {fault}; an address looks like https://api.openai.com/v1"
        raise PressrunError(Code.INVALID, Problem(description, {"field": "base_url"}))


def _fault(base_url: str) -> str | None:
    if not base_url.isprintable() or " " in base_url:
        return "must not have spaces or control characters"
    try:
        parts = urlsplit(base_url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        return f"is not an address ({error})"
    faults = {
        "must begin with http:// or https://": parts.scheme not in {"http", "https"},
        "must name a host": not named,
        "must not hold a user or password: give the key as api_key": "@" in parts.netloc,
        "must not have a #fragment": bool(parts.fragment),
    }
    return next((fault for fault, found in faults.items() if found), None)
