"""OpenAI's official Python client against the API: chats, streams, tools, schemas, completions, models, refusals."""

from collections.abc import AsyncIterator

import openai
import pytest
from openai import AsyncOpenAI
from pydantic import BaseModel

from tests.api.chats import WEATHER, scripted
from tests.api.client import Client
from tests.api.server import Server

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
"""What the client sees is the same with either database."""

MESSAGES = [{"role": "user", "content": "one two three"}]


class Shoe(BaseModel):
    """What a model is to answer with."""

    name: str
    size: int


@pytest.fixture
async def theirs(server: Server, client: Client) -> AsyncIterator[AsyncOpenAI]:
    """The client, with a key that may do everything."""
    async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key=client.token, max_retries=0) as found:
        yield found


async def test_chats(theirs: AsyncOpenAI) -> None:
    answered = await theirs.chat.completions.create(model="scripted", messages=MESSAGES, n=2)
    assert [choice.message.content for choice in answered.choices] == ["one two three"] * 2
    assert answered.usage.prompt_tokens_details.cached_tokens == 0
    options = {"stream": True, "stream_options": {"include_usage": True}}
    stream = await theirs.chat.completions.create(model="scripted", messages=MESSAGES, **options)
    chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == "one two three"
    assert chunks[-1].usage.total_tokens == 6


async def test_functions_and_schemas(theirs: AsyncOpenAI, client: Client) -> None:
    call = {"call": {"name": "weather", "arguments": {"city": "Bern"}}, "match": "rain"}
    await scripted(client, "boss", call, {"match": "shoe", "answer": '{"name": "Terra", "size": 42}'})
    messages = [{"role": "user", "content": "Does it rain?"}]
    async with theirs.chat.completions.stream(model="boss", messages=messages, tools=[WEATHER]) as stream:
        events = [event.type async for event in stream]
        final = await stream.get_final_completion()
    assert "tool_calls.function.arguments.done" in events
    (called,) = final.choices[0].message.tool_calls
    assert (called.function.name, called.function.arguments) == ("weather", '{"city": "Bern"}')
    parsed = await theirs.chat.completions.parse(
        model="boss", messages=[{"role": "user", "content": "a shoe"}], response_format=Shoe
    )
    assert parsed.choices[0].message.parsed == Shoe(name="Terra", size=42)


async def test_completions_and_models(theirs: AsyncOpenAI) -> None:
    completion = await theirs.completions.create(model="scripted", prompt="one two")
    assert completion.choices[0].text == "one two"
    stream = await theirs.completions.create(model="scripted", prompt="one two", stream=True)
    assert "".join([chunk.choices[0].text async for chunk in stream]) == "one two"
    assert "scripted" in [model.id async for model in theirs.models.list()]
    assert (await theirs.models.retrieve("scripted")).object == "model"


async def test_refusals(theirs: AsyncOpenAI, client: Client) -> None:
    with pytest.raises(openai.NotFoundError, match="There is no model 'nobody'") as caught:
        await theirs.chat.completions.create(model="nobody", messages=MESSAGES)
    assert (caught.value.code, caught.value.param) == ("not_found", "model")
    with pytest.raises(openai.AuthenticationError):
        await theirs.with_options(api_key="wrong").models.list()
    await scripted(client, "broken", {"fail": {"status": 400}})
    tool = {"type": "llm", "function": {"model": "broken"}}
    call = {"call": {"name": "ask_broken", "arguments": {"prompt": "x"}}, "answer": "I ask."}
    await scripted(client, "boss", call)
    stream = await theirs.chat.completions.create(model="boss", messages=MESSAGES, tools=[tool], stream=True)
    with pytest.raises(openai.APIError, match="answered 400"):
        [chunk async for chunk in stream]
