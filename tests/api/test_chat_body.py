"""Bodies of chats and completions: whatever JSON they hold, they are read or refused with everything that is wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressrun.api.chat_body import ChatBody, read_chat, read_completion
from pressrun.errors import Code, PressrunError
from pressrun.models.openai_wire import request_body
from pressrun.models.provider import Question

SCALARS = st.none() | st.booleans() | st.integers(-3, 10**6) | st.floats(-3, 3) | st.text(max_size=8)
WORDS = st.sampled_from(
    ["role", "content", "type", "text", "image_url", "url", "function", "name", "arguments", "id", "tool_calls",
     "user",
     "tool_call_id", "graph_ids", "application_id", "model", "parameters", "value", "json_schema", "schema",
     "assistant",
     "tool", "system", "graph", "application", "llm", "required", "data:image/png;base64,aGk=", "include_usage"]
)  # fmt: skip
VALUES = st.recursive(
    SCALARS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "tool", "system"])},
        optional={"content": VALUES, "tool_calls": VALUES, "tool_call_id": VALUES, "name": VALUES},
    ),
    min_size=1,
    max_size=3,
)
FIELDS = (
    "model", "messages", "prompt", "max_tokens", "max_completion_tokens", "temperature", "top_p", "n", "best_of",
    "stop",
    "logprobs", "top_logprobs", "stream", "stream_options", "tools", "tool_choice", "response_format", "seed",
    "random_seed", "logit_bias", "presence_penalty", "parallel_tool_calls", "user",
)  # fmt: skip
OPTIONS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6)


@pytest.mark.parametrize("read", [read_chat, read_completion])
@given(OPTIONS, st.none() | MESSAGES)
def test_any_body_is_read_or_refused(
    read: Callable[[dict[str, Any]], ChatBody], values: dict[str, Any], messages: list[dict[str, Any]] | None
) -> None:
    values = {"prompt": "x", **values} | ({} if messages is None else {"messages": messages})
    refusal, body = None, ChatBody(Question(None, ()))
    try:
        body = read(values)
    except PressrunError as error:
        refusal = error
    if refusal is not None:
        assert refusal.code == Code.INVALID
        assert refusal.problems
        assert all("field" in problem.extras for problem in refusal.problems)
        return
    assert 1 <= body.count <= 8
    assert body.question.messages
    assert request_body(body.question, stream=body.stream, max_tokens_field="max_tokens").startswith(b"{")


def test_both_names_of_the_longest_answer() -> None:
    messages = [{"role": "user"}]
    for sent, meant in (({"max_tokens": 5}, 5), ({"max_completion_tokens": 6, "max_tokens": 5}, 6), ({}, None)):
        assert read_chat({"messages": messages, **sent}).question.max_tokens == meant
