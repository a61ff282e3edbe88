"""The shapes of chats and completions, for `/openapi.json`."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from pressrun.api.schemas import Shape

FinishReason = Literal["stop", "length", "content_filter", "tool_calls"]


class CalledFunction(Shape):
    """What is called; `arguments` is JSON as the model wrote it."""

    name: str
    arguments: str


class CalledTool(Shape):
    """A call of a function of yours."""

    id: str
    type: Literal["function"]
    function: CalledFunction


class ChatMessage(Shape):
    """The model's message; `graph_data`, `llm_data` and `application_data` tell what tools brought back."""

    role: Literal["assistant"]
    content: str
    refusal: str | None
    tool_calls: list[CalledTool] | None = None
    graph_data: dict[str, Any] | None = None
    llm_data: dict[str, Any] | None = None
    application_data: list[dict[str, Any]] | None = None


class ChatChoice(Shape):
    """One answer."""

    index: int
    finish_reason: FinishReason
    message: ChatMessage
    logprobs: dict[str, Any] | None


class TokenDetails(Shape):
    """Tokens that the provider took from its cache."""

    cached_tokens: int


class ChatUsage(Shape):
    """Tokens of all calls to the chat's own model; those of tools are in `/v1/usage` alone."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_token_details: TokenDetails
    prompt_tokens_details: TokenDetails


class ChatCompletion(Shape):
    """A chat completion; `created` is seconds since the epoch."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChatChoice]
    usage: ChatUsage


class CompletionChoice(Shape):
    """One text; Writer calls `log_probs` what OpenAI calls `logprobs`."""

    text: str
    index: int
    logprobs: dict[str, Any] | None
    finish_reason: FinishReason
    log_probs: dict[str, Any] | None


class Completion(Shape):
    """A completion; `created` is seconds since the epoch."""

    id: str
    object: Literal["text_completion"]
    created: int
    model: str
    choices: list[CompletionChoice]
    usage: ChatUsage


class ChatMessageRequest(BaseModel):
    """A message; `content` is text, or parts of type text and image_url."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[dict[str, Any]] | None = None
    name: str | None = None
    tool_calls: list[dict[str, Any]] | None = None
    tool_call_id: str | None = None


class ChatRequest(BaseModel):
    """A conversation to go on with. Further fields of OpenAI's (`seed`, `presence_penalty`, …) go to the provider."""

    messages: list[ChatMessageRequest] = Field(min_length=1)
    model: str | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    n: int | None = None
    stop: str | list[str] | None = None
    logprobs: bool | None = None
    stream: bool = False
    stream_options: dict[str, Any] | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    response_format: dict[str, Any] | None = None


class CompletionRequest(BaseModel):
    """A prompt to complete."""

    prompt: str
    model: str | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    n: int | None = None
    best_of: int | None = None
    random_seed: int | None = None
    stop: str | list[str] | None = None
    stream: bool = False


REQUESTS: tuple[type[BaseModel], ...] = (ChatRequest, CompletionRequest)
"""Shapes that only requests have."""
