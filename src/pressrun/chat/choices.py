"""Several answers to one question, asked for at the same time."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from pressrun.agents.answering import Clock
from pressrun.agents.outcome import Call
from pressrun.chat.conversation import Conversation, Ended, Told, converse
from pressrun.models.provider import Provider

MOST_CHOICES = 8


async def choices(
    conversation: Conversation, count: int, provider: Provider, calls: list[Call], clock: Clock
) -> AsyncGenerator[tuple[int, Told], None]:
    """What each of `count` answers tells, with its number from 0; raises the RunFailure of the first that fails.

    Each is asked for by a call of its own, so that every provider can give them. `calls` as `converse` takes them.
    """
    if count == 1:
        async with aclosing(converse(conversation, provider, calls, clock)) as told:
            async for one in told:
                yield 0, one
        return
    # No task group: whoever reads this generator may do so from one task after another.
    heard: asyncio.Queue[tuple[int, Told] | BaseException] = asyncio.Queue()

    async def listen(number: int) -> None:
        try:
            async with aclosing(converse(conversation, provider, calls, clock)) as told:
                async for one in told:
                    heard.put_nowait((number, one))
        except Exception as error:  # noqa: BLE001 - raised by the reader
            heard.put_nowait(error)

    tasks = [asyncio.create_task(listen(number)) for number in range(count)]
    try:
        left = count
        while left:
            item = await heard.get()
            if isinstance(item, BaseException):
                raise item
            left -= isinstance(item[1], Ended)
            yield item
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
