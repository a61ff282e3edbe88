"""Who answers: one protocol, implemented by every kind of model."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pressrun.models.messages import ImagePart, Message, TextPart, Tool, ToolCall
from pressrun.money import Nano

__all__ = ["Answer", "ImagePart", "Message", "Provider", "Question", "TextPart", "Tool", "ToolCall", "Usage"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a model; `model` is the catalog's name for it in an agent, the provider's own in a call.

    None means the catalog's default. `may_wait`: until the model's limits permit the call, else it fails at once.
    `options` are further fields of OpenAI's format, sent as they are: `top_p`, `seed`, `tool_choice`, `logprobs`.
    """

    model: str | None
    messages: tuple[Message, ...]
    temperature: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    json_schema: Mapping[str, Any] | None = None
    may_wait: bool = True
    tools: tuple[Tool, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def images(self) -> tuple[ImagePart, ...]:
        """All images of the conversation, in order."""
        return tuple(image for message in self.messages for image in message.images)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens a provider counted for one or more answers; `cached_prompt_tokens` are among `prompt_tokens`."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_prompt_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_prompt_tokens + other.cached_prompt_tokens,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `finish_reason` is stop, length, content_filter or tool_calls; `request_id` is the provider's.

    `pause_s`: the provider said that it has no room for other calls for so many seconds. The catalog adds `model`, its
    name of the one that answered, and `cost` in nano-dollars, None when it is not known. `logprobs` are as the provider
    told them, where it was asked for them.
    """

    text: str
    usage: Usage = Usage()
    finish_reason: str = "stop"
    request_id: str | None = None
    model: str | None = None
    cost: Nano | None = None
    pause_s: float | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    logprobs: Mapping[str, Any] | None = None


class Provider(Protocol):
    """Something that answers questions; its failures are `errors.RunFailure`, never anything else."""

    async def complete(self, question: Question) -> Answer:
        """The whole answer; raises RunFailure."""
        ...

    def stream(self, question: Question) -> AsyncIterator[str | Answer]:
        """Pieces of text as they come, then the whole Answer as the last item; raises RunFailure."""
        ...

    async def close(self) -> None:
        """Let go of connections; the provider cannot be used afterwards."""
        ...
