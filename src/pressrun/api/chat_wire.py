"""Chats as JSON: Writer's shape and OpenAI's are one, as each client passes over the other's fields."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pressrun.chat.conversation import Beside, Ended, Heard, Told
from pressrun.models.provider import ToolCall, Usage

JSON = dict[str, Any]


class Wire(Protocol):
    """How answers are written, whole and in pieces."""

    def whole(self, answers: Sequence[Ended]) -> JSON:
        """All answers at once."""
        ...

    def opening(self, number: int) -> JSON | None:
        """What is sent before an answer's first piece; None for nothing."""
        ...

    def pieces(self, number: int, told: Told) -> Iterator[JSON]:
        """What is sent for something that an answer tells."""
        ...

    def closing(self, usage: Usage) -> JSON | None:
        """What is sent in the end where the usage is wanted; None for nothing."""
        ...


@dataclass(frozen=True, slots=True)
class ChatWire:
    """A chat completion; `created` is seconds since the epoch, `model` the catalog's name of the model."""

    id: str
    created: int
    model: str

    def whole(self, answers: Sequence[Ended]) -> JSON:
        """See Wire.whole."""
        choices = [
            {
                "index": number,
                "finish_reason": one.finish_reason,
                "message": _message(one),
                "logprobs": logprobs(one.logprobs),
            }
            for number, one in enumerate(answers)
        ]
        total = sum((one.usage for one in answers), Usage())
        return {**self._frame("chat.completion"), "choices": choices, "usage": usage_of(total)}

    def opening(self, number: int) -> JSON:
        """See Wire.opening."""
        return self._chunk(number, {"role": "assistant", "content": ""})

    def pieces(self, number: int, told: Told) -> Iterator[JSON]:
        """See Wire.pieces."""
        match told:
            case Heard(text):
                yield self._chunk(number, {"content": text})
            case Beside(data):
                yield self._chunk(number, _beside(data))
            case Ended():
                if told.tool_calls:
                    calls = [{"index": place, **_call(call)} for place, call in enumerate(told.tool_calls)]
                    yield self._chunk(number, {"tool_calls": calls})
                yield self._chunk(number, {}, told.finish_reason, logprobs(told.logprobs))

    def closing(self, usage: Usage) -> JSON:
        """See Wire.closing."""
        return {**self._frame("chat.completion.chunk"), "choices": [], "usage": usage_of(usage)}

    def _chunk(self, number: int, delta: JSON, finish_reason: str | None = None, told: JSON | None = None) -> JSON:
        choice = {"index": number, "delta": delta, "finish_reason": finish_reason, "logprobs": told}
        return {**self._frame("chat.completion.chunk"), "choices": [choice]}

    def _frame(self, kind: str) -> JSON:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def usage_of(usage: Usage) -> JSON:
    """Tokens; OpenAI writes the details of prompts with an s more than Writer."""
    cached = {"cached_tokens": usage.cached_prompt_tokens}
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_token_details": cached,
        "prompt_tokens_details": cached,
    }


def logprobs(told: Mapping[str, Any] | None) -> JSON | None:
    """Probabilities as a provider told them, with every field that Writer's clients need; None where there are none."""
    if told is None:
        return None
    return {name: _tokens(told.get(name)) for name in ("content", "refusal")}


def _tokens(told: Any) -> list[JSON] | None:
    if not isinstance(told, list):
        return None
    return [
        {**one, "top_logprobs": one.get("top_logprobs") or []}
        for one in told
        if isinstance(one, dict) and isinstance(one.get("token"), str) and isinstance(one.get("logprob"), int | float)
    ]


def _message(one: Ended) -> JSON:
    message: JSON = {"role": "assistant", "content": one.text, "refusal": None}
    if one.tool_calls:
        message["tool_calls"] = [_call(call) for call in one.tool_calls]
    return message | _beside(one.data)


def _beside(data: Mapping[str, Any]) -> JSON:
    return dict(data)


def _call(call: ToolCall) -> JSON:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
