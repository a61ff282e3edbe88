"""What prompts asked, as JSON, and the events of a draft that is tried out."""

from collections.abc import Iterable
from typing import Any, Literal

from pressrun.agents.asked import AskedPrompt, Line
from pressrun.agents.told_run import Ended
from pressrun.api.schemas import PartResult, Shape, SourceShape
from pressrun.models.provider import Message
from pressrun.money import CURRENCY


class MessageShape(Shape):
    """A message as it was sent to a model; `images` are the types and fingerprints of its images."""

    role: str
    content: str
    images: list[str] | None = None


class CallShape(Shape):
    """One call of a model; `outcome` is `completed` or an error code. `reask`: the answer before did not fit."""

    attempt: int
    model: str
    outcome: str
    duration_ms: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    request_id: str | None
    reask: bool


class CallUsage(Shape):
    """Tokens of all calls together; `cached_prompt_tokens` are among `prompt_tokens`."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cached_prompt_tokens: int


class AskedPromptShape(Shape):
    """A prompt as it was sent and what came back; `part` counts the values of a fan-out, null is all of them.

    `messages` and `output` are null where they are not known; `model` is the one that answered, null if none did.
    """

    part: int | None
    prompt: str
    model: str | None
    messages: list[MessageShape] | None
    output: str | None
    usage: CallUsage
    cost: float | None
    duration_ms: int | None
    calls: list[CallShape]


class AskedPrompts(Shape):
    """Every prompt of a job, in order."""

    data: list[AskedPromptShape]


class DraftRunPrompt(Shape):
    """`event: prompt`: a model is asked; a `model` of null is the default one."""

    part: int | None
    prompt: str
    model: str | None


class DraftRunDelta(Shape):
    """`event: delta`: a piece of a prompt's answer."""

    part: int | None
    prompt: str
    text: str


class DraftRunResult(Shape):
    """`event: result`: the end of a run that succeeded."""

    title: str
    suggestion: str
    results: list[PartResult] | None
    sources: list[SourceShape] | None
    prompts: list[AskedPromptShape]
    usage: CallUsage
    cost: float | None
    currency: Literal["USD"]
    duration_ms: int


def asked(one: AskedPrompt) -> dict[str, Any]:
    """A prompt as it was sent."""
    answered = [line["model"] for line in one.calls if line["outcome"] == "completed"]
    return {
        "part": one.part,
        "prompt": one.prompt,
        "model": answered[-1] if answered else None,
        "messages": None if one.messages is None else [_message(message) for message in one.messages],
        "output": one.output,
        "usage": _usage(one.calls),
        "cost": _cost(one.calls),
        "duration_ms": sum(_milliseconds(line) for line in one.calls) if one.calls else None,
        "calls": [_call(line) for line in one.calls],
    }


def _message(message: Message) -> dict[str, Any]:
    images = [image.fingerprint for image in message.images]
    return {"role": message.role, "content": message.text, **({"images": images} if images else {})}


def draft_result(ended: Ended, duration_s: float) -> dict[str, Any]:
    """The last event of a draft that was tried out."""
    lines = [line for one in ended.prompts for line in one.calls]
    return {
        "title": ended.result.title,
        "suggestion": ended.result.suggestion,
        "results": ended.result.results,
        "sources": None if ended.result.sources is None else [one.as_data() for one in ended.result.sources],
        "prompts": [asked(one) for one in ended.prompts],
        "usage": _usage(lines),
        "cost": _cost(lines),
        "currency": CURRENCY,
        "duration_ms": round(duration_s * 1000),
    }


def _call(line: Line) -> dict[str, Any]:
    return {
        "attempt": line["attempt"],
        "model": line["model"],
        "outcome": line["outcome"],
        "duration_ms": _milliseconds(line),
        "prompt_tokens": line.get("prompt_tokens", 0),
        "completion_tokens": line.get("completion_tokens", 0),
        "cost": line.get("cost", 0.0),
        "request_id": line.get("request_id"),
        "reask": line.get("reask", False),
    }


def _milliseconds(line: Line) -> int:
    return round(float(line["duration_s"]) * 1000)


def _usage(lines: Iterable[Line]) -> dict[str, int]:
    names = ("prompt_tokens", "completion_tokens", "cached_prompt_tokens")
    prompt, completion, cached = (sum(line.get(name, 0) for line in lines) for name in names)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "cached_prompt_tokens": cached,
    }


def _cost(lines: Iterable[Line]) -> float | None:
    """Dollars; None when there was no call, or one whose cost nobody knows."""
    costs = [line.get("cost", 0.0) for line in lines]
    return None if not costs or None in costs else round(sum(costs), 9)
