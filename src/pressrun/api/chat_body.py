"""The body of a request for a chat or a completion, read and checked: every fault at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pressrun.agents.definition import MAX_TEMPERATURE, MAX_TOKENS
from pressrun.api.chat_messages import read_messages
from pressrun.api.chat_tools import Wish, read_tool_choice, read_tools
from pressrun.api.json_body import Fields, json_type
from pressrun.chat.choices import MOST_CHOICES
from pressrun.models.provider import Message, Question

ANY_OBJECT = {"type": "object"}
"""What an answer fits that is wanted as "a JSON object"."""

PASSED_ON: dict[str, tuple[type | tuple[type, ...], str]] = {
    "logit_bias": (dict, "an object"),
    "parallel_tool_calls": (bool, "true or false"),
    "reasoning_effort": (str, "a string"),
    "service_tier": (str, "a string"),
}
"""Fields of OpenAI's that mean something to providers alone."""

NUMBERS = {"top_p": (0.0, 1.0), "presence_penalty": (-2.0, 2.0), "frequency_penalty": (-2.0, 2.0)}


@dataclass(frozen=True, slots=True)
class ChatBody:
    """What was asked for. The question has no tools yet: `tools` says which are wanted."""

    question: Question
    tools: tuple[Wish, ...] = ()
    schema: Mapping[str, Any] | None = None
    count: int = 1
    stream: bool = False
    include_usage: bool = False


def read_chat(values: dict[str, Any]) -> ChatBody:
    """The body of a chat; raises PressrunError (invalid). Unknown fields are passed over."""
    fields = Fields(values)
    messages = read_messages(values.get("messages"), fields.problems)
    tools = read_tools(values.get("tools"), fields.problems)
    choice = read_tool_choice(values.get("tool_choice"), fields.problems)
    options, schema = _options(fields), _response_format(fields)
    if fields.take("logprobs", bool, "true or false", default=False):
        options["logprobs"] = True
        top = fields.whole("top_logprobs", 0, 20)
        options |= {} if top is None else {"top_logprobs": top}
    if tools and choice is not None:
        options["tool_choice"] = choice
    if schema is ANY_OBJECT:
        options["response_format"] = {"type": "json_object"}
    usage = fields.take("stream_options", dict, "an object", {}).get("include_usage") is True
    question = _question(fields, messages, options, None if schema is ANY_OBJECT else schema)
    body = ChatBody(question, tools, schema, _count(fields, "n"), _streamed(fields), usage)
    fields.done()
    return body


def read_completion(values: dict[str, Any]) -> ChatBody:
    """The body of a completion, whose prompt is asked as a user's message; raises PressrunError (invalid)."""
    fields = Fields(values)
    prompt = values.get("prompt")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        fields.fault("prompt", f"prompt must be a string, not {json_type(prompt)}")
        prompt = ""
    options = _options(fields)
    seed = fields.take("random_seed", int, "a whole number")
    if seed is not None:
        options["seed"] = seed
    _count(fields, "best_of")
    usage = fields.take("stream_options", dict, "an object", {}).get("include_usage") is True
    question = _question(fields, (Message("user", prompt),), options, None)
    body = ChatBody(question, count=_count(fields, "n"), stream=_streamed(fields), include_usage=usage)
    fields.done()
    return body


def _question(
    fields: Fields, messages: tuple[Message, ...], options: dict[str, Any], schema: Mapping[str, Any] | None
) -> Question:
    model: str | None = fields.take("model", str, "the name of a model")
    temperature = _number(fields, "temperature", 0.0, float(MAX_TEMPERATURE))
    # Writer's clients send 0 where they mean nothing.
    tokens = [fields.whole(name, 0, MAX_TOKENS) or None for name in ("max_completion_tokens", "max_tokens")]
    return Question(model, messages, temperature, tokens[0] or tokens[1], _stop(fields), schema, options=options)


def _options(fields: Fields) -> dict[str, Any]:
    found = {name: _number(fields, name, low, high) for name, (low, high) in NUMBERS.items()}
    found["seed"] = fields.take("seed", int, "a whole number")
    found |= {name: fields.take(name, kind, what) for name, (kind, what) in PASSED_ON.items()}
    return {name: value for name, value in found.items() if value is not None}


def _response_format(fields: Fields) -> Mapping[str, Any] | None:
    """The schema that the answer has to fit, ANY_OBJECT for any object; None for text."""
    wanted: dict[str, Any] = fields.take("response_format", dict, "an object", {})
    match wanted.get("type", "text"):
        case "text":
            return None
        case "json_object":
            return ANY_OBJECT
        case "json_schema":
            given = wanted.get("json_schema")
            inner = given.get("schema", given) if isinstance(given, dict) else None
            if not isinstance(inner, dict):
                fields.fault("response_format", "response_format.json_schema must hold a JSON schema")
                return None
            from pressrun.agents.schemas import faults_of  # noqa: PLC0415 - slow, and few chats need it

            for fault in faults_of(inner):
                fields.fault("response_format", f"response_format.json_schema {fault}")
            return inner
    fields.fault("response_format", 'response_format.type must be "text", "json_schema" or "json_object"')
    return None


def _stop(fields: Fields) -> tuple[str, ...]:
    given: str | list[Any] = fields.take("stop", (str, list), "a string or a list of strings", [])
    stops = [given] if isinstance(given, str) else given
    if not all(isinstance(one, str) for one in stops):
        fields.fault("stop", "stop must be a string or a list of strings")
        return ()
    return tuple(one for one in stops if one)


def _count(fields: Fields, name: str) -> int:
    return fields.whole(name, 0, MOST_CHOICES) or 1


def _streamed(fields: Fields) -> bool:
    return bool(fields.take("stream", bool, "true or false", default=False))


def _number(fields: Fields, name: str, low: float, high: float) -> float | None:
    value: float | None = fields.take(name, (int, float), "a number")
    if value is not None and (isinstance(value, bool) or not low <= value <= high):
        fields.fault(name, f"{name} must be a number between {low:g} and {high:g}")
        return None
    return value
