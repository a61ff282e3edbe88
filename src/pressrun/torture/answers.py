"""OpenAI's chat-completions format, as the provider of the auditor writes it."""

import json

PROMPT_TOKENS, COMPLETION_TOKENS = 20, 40
"""What each answer says it took."""

MAX_TOKENS = 50
PRICE = 1.0
"""US dollars for a million tokens, whatever they are."""

CALL_COST = 1000 * (PROMPT_TOKENS + COMPLETION_TOKENS)
"""What one answer costs, in nano-dollars."""


def completion(text: str) -> bytes:
    """A whole answer's body; lone surrogates go out as escapes, as careless servers send them."""
    message = {"role": "assistant", "content": text}
    return json.dumps(
        {
            "id": "chatcmpl-torture",
            "object": "chat.completion",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {
                "prompt_tokens": PROMPT_TOKENS,
                "completion_tokens": COMPLETION_TOKENS,
                "total_tokens": PROMPT_TOKENS + COMPLETION_TOKENS,
            },
        }
    ).encode()


def head(status: int, length: int, headers: dict[str, str]) -> bytes:
    """The head of an HTTP answer."""
    lines = [f"HTTP/1.1 {status} Planned", "Content-Type: application/json", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()
