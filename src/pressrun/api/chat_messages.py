"""The messages of a chat, as Writer's clients and OpenAI's send them: lenient where nothing is lost by it."""

from collections.abc import Iterator

from pressrun.api.json_body import json_type
from pressrun.errors import Problem
from pressrun.models.provider import ImagePart, Message, TextPart, ToolCall

ROLES = {
    "system": "system",
    "developer": "system",  # OpenAI's newer name for it, which few other providers know
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
}
MOST_MESSAGES = 10_000

Part = TextPart | ImagePart


def read_messages(given: object, problems: list[Problem]) -> tuple[Message, ...]:
    """The messages that stood under "messages"; what is wrong with them is put onto `problems`."""
    if not isinstance(given, list) or not given:
        problems.append(_fault("messages", "is required: a list of {role, content} with one message at least"))
        return ()
    if len(given) > MOST_MESSAGES:
        problems.append(_fault("messages", f"must not hold more than {MOST_MESSAGES:,} messages"))
        return ()
    read = [_message(f"messages[{number}]", one, problems) for number, one in enumerate(given)]
    return tuple(message for message in read if message is not None)


def _message(where: str, given: object, problems: list[Problem]) -> Message | None:
    if not isinstance(given, dict):
        problems.append(_fault(where, f"must be an object with role and content, not {json_type(given)}"))
        return None
    role = given.get("role")
    if not isinstance(role, str) or role not in ROLES:
        problems.append(_fault(f"{where}.role", f"must be one of {', '.join(ROLES)}"))
        return None
    content = _content(f"{where}.content", given.get("content"), problems)
    calls = tuple(_tool_calls(f"{where}.tool_calls", given.get("tool_calls"), problems)) if role == "assistant" else ()
    name = given.get("name")
    call_id = given.get("tool_call_id") if role == "tool" else None
    if role == "tool" and not isinstance(call_id, str):
        problems.append(_fault(f"{where}.tool_call_id", "must say which call of a tool this answers"))
    return Message(
        ROLES[role],
        content,
        calls,
        call_id if isinstance(call_id, str) else None,
        name if isinstance(name, str) else None,
    )


def _content(where: str, given: object, problems: list[Problem]) -> str | tuple[Part, ...]:
    """Text or parts; nothing at all is empty text, as Writer's clients leave it out."""
    if given is None or isinstance(given, str):
        return given or ""
    if not isinstance(given, list):
        problems.append(_fault(where, f"must be a string or a list of parts, not {json_type(given)}"))
        return ""
    parts = [part for number, one in enumerate(given) if (part := _part(f"{where}[{number}]", one, problems))]
    if all(isinstance(part, TextPart) for part in parts):
        return "".join(part.text for part in parts if isinstance(part, TextPart))
    return tuple(parts)


def _part(where: str, given: object, problems: list[Problem]) -> Part | None:
    match given:
        case {"type": "text", "text": str(text)}:
            return TextPart(text)
        case {"type": "image_url", "image_url": {"url": str(url)}} if _is_image(url):
            return ImagePart(url)
        case {"type": "image_url"}:
            what = 'must be {"type": "image_url", "image_url": {"url": …}} with a URL of http, https or data:image/…'
        case _:
            what = 'must be {"type": "text", "text": …} or {"type": "image_url", "image_url": {"url": …}}'
    problems.append(_fault(where, what))
    return None


def _is_image(url: str) -> bool:
    return url.startswith(("https://", "http://", "data:image/"))


def _tool_calls(where: str, given: object, problems: list[Problem]) -> Iterator[ToolCall]:
    if given is None:
        return
    if not isinstance(given, list):
        problems.append(_fault(where, f"must be a list, not {json_type(given)}"))
        return
    for number, one in enumerate(given):
        match one:
            case {"id": str(call_id), "function": {"name": str(name), "arguments": str(arguments)}}:
                yield ToolCall(call_id, name, arguments)
            case _:
                what = 'must be {"id": …, "type": "function", "function": {"name": …, "arguments": "…"}}'
                problems.append(_fault(f"{where}[{number}]", what))


def _fault(where: str, what: str) -> Problem:
    return Problem(f"{where} {what}", {"field": where})
