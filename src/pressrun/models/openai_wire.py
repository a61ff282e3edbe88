"""The OpenAI chat-completions format: a question as a body, a body as an answer."""

import json
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from pressrun.errors import FailureCode, RunFailure
from pressrun.models.openai_tools import tool_body, tool_calls_body, tool_calls_of
from pressrun.models.provider import Answer, Message, Question, TextPart, ToolCall, Usage
from pressrun.models.refusals import Peer, refused_inside, shorten

SURROGATE = re.compile("[\ud800-\udfff]")
FINISH_REASONS = {
    "length": "length",
    "max_tokens": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}
LONGEST_REQUEST_ID = 200


def request_body(question: Question, *, stream: bool, max_tokens_field: str) -> bytes:
    """The JSON to post; what the question leaves open is left out."""
    body: dict[str, Any] = {"messages": [_message_body(message) for message in question.messages]}
    if question.model is not None:
        body["model"] = question.model
    if question.temperature is not None:
        body["temperature"] = question.temperature
    if question.max_tokens is not None:
        body[max_tokens_field] = question.max_tokens
    if question.stop:
        body["stop"] = list(question.stop)
    if question.json_schema is not None:
        schema = {"name": "answer", "schema": dict(question.json_schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if question.tools:
        body["tools"] = [tool_body(tool) for tool in question.tools]
    body.update(question.options)
    if stream:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError:  # half of a surrogate pair, which only the standard library writes
        return json.dumps(body).encode()


def _message_body(message: Message) -> dict[str, Any]:
    if isinstance(message.content, str):
        body: dict[str, Any] = {"role": message.role, "content": message.content}
    else:
        parts = [
            {"type": "text", "text": part.text}
            if isinstance(part, TextPart)
            else {"type": "image_url", "image_url": {"url": part.url}}
            for part in message.content
        ]
        body = {"role": message.role, "content": parts}
    if message.tool_calls:
        body["tool_calls"] = tool_calls_body(message.tool_calls)
        body["content"] = body["content"] or None
    if message.tool_call_id is not None:
        body["tool_call_id"] = message.tool_call_id
    if message.name is not None:
        body["name"] = message.name
    return body


def read_answer(peer: Peer, body: bytes, request_id: str | None, *, tools: bool = False) -> Answer:
    """The answer in a whole body, with calls of tools if there were `tools`; raises RunFailure for anything else."""
    document = read_document(peer, body)
    choice = first_choice(peer, document)
    if choice is None:
        raise peer.malformed("it has no choices")
    message = choice.get("message")
    if not isinstance(message, dict):
        raise peer.malformed("its choice has no message")
    text = text_of(peer, message)
    reason = finish_reason(choice)
    if not text and (reason == "content_filter" or message.get("refusal")):
        raise content_refused(peer, message.get("refusal"))
    calls = tool_calls_of(peer, message) if tools else ()
    if text is None and not calls:
        raise peer.malformed("its message has no content")
    return Answer(
        mend(text or ""),
        usage_of(document),
        ending(reason, calls),
        request_id or id_of(document),
        tool_calls=calls,
        logprobs=logprobs_of(choice),
    )


def read_document(peer: Peer, body: bytes) -> dict[str, Any]:
    """The JSON object in a body; raises RunFailure when there is none or it reports an error."""
    try:
        document = _decode(body)
    except UnicodeDecodeError:
        raise peer.malformed("the body is not UTF-8") from None
    except (ValueError, RecursionError):
        what = "the body is not JSON" if body.strip() else "the body is empty"
        raise peer.malformed(what) from None
    if not isinstance(document, dict):
        raise peer.malformed("the body is not a JSON object")
    if document.get("error"):
        raise refused_inside(peer, document["error"])
    return document


def _decode(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):  # the standard library takes more: a byte-order mark, NaN
        return json.loads(body.decode("utf-8-sig"))


def first_choice(peer: Peer, document: dict[str, Any]) -> dict[str, Any] | None:
    """The first choice; None when there is none."""
    choices = document.get("choices")
    if choices is None or choices == []:
        return None
    if not isinstance(choices, list) or not isinstance(choices[0], dict):
        raise peer.malformed("its choices are not a list of objects")
    return choices[0]


def text_of(peer: Peer, message: dict[str, Any]) -> str | None:
    """The text of a message or delta, joined when it comes in parts; None when it has none."""
    content = message.get("content")
    if isinstance(content, list):
        parts = [part.get("text") if isinstance(part, dict) else None for part in content]
        content = "".join(part for part in parts if isinstance(part, str))
    if content is not None and not isinstance(content, str):
        raise peer.malformed("its content is not text")
    return content


def logprobs_of(choice: dict[str, Any]) -> dict[str, Any] | None:
    """The probabilities of a choice's tokens, as the provider tells them; None where it tells none."""
    told = choice.get("logprobs")
    return told if isinstance(told, dict) else None


def finish_reason(choice: dict[str, Any]) -> str | None:
    """stop, length, content_filter or tool_calls; None while the answer goes on."""
    reason = choice.get("finish_reason")
    return FINISH_REASONS.get(reason, "stop") if isinstance(reason, str) else None


def ending(reason: str | None, calls: Sequence[ToolCall]) -> str:
    """Why an answer ended, by what the provider says and by the calls that are there."""
    if calls and reason not in {"length", "content_filter"}:
        return "tool_calls"
    return "stop" if reason is None or reason == "tool_calls" else reason


def content_refused(peer: Peer, refusal: Any) -> RunFailure:
    """The failure for an answer that the provider's content policy withheld."""
    said = f": {shorten(peer.hide(refusal))}" if isinstance(refusal, str) else ""
    return peer.failure(FailureCode.MODEL_CONTENT_REFUSED, f"refused to answer{said}")


def usage_of(document: dict[str, Any]) -> Usage:
    """The tokens counted; nothing where the provider counted none or wrote nonsense."""
    usage = document.get("usage")
    if not isinstance(usage, dict):
        return Usage()
    details = usage.get("prompt_tokens_details")
    # OpenAI's place for it, then DeepSeek's.
    cached = details.get("cached_tokens") if isinstance(details, dict) else usage.get("prompt_cache_hit_tokens")
    return Usage(_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")), _count(cached))


def id_of(document: dict[str, Any]) -> str | None:
    """The provider's id of the answer."""
    value = document.get("id")
    return value[:LONGEST_REQUEST_ID] if isinstance(value, str) else None


def mend(text: str) -> str:
    """Surrogate pairs joined, lone surrogates as U+FFFD: what is stored must be UTF-8."""
    if SURROGATE.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else 0
