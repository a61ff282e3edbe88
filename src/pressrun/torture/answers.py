"""OpenAI's chat-completions format, as the provider of the auditor writes it."""

import json


def completion(text: str) -> bytes:
    """A whole answer's body; lone surrogates go out as escapes, as careless servers send them."""
    message = {"role": "assistant", "content": text}
    return json.dumps(
        {
            "id": "chatcmpl-torture",
            "object": "chat.completion",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
    ).encode()


def head(status: int, length: int, headers: dict[str, str]) -> bytes:
    """The head of an HTTP answer."""
    lines = [f"HTTP/1.1 {status} Planned", "Content-Type: application/json", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()
