"""Races: many works at once, from nodes that share nothing but the database."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pressrun.errors import LimitError
from pressrun.store.store import Store, Transaction

T = TypeVar("T")

RACERS = 64


async def race(nodes: list[Store], work: Callable[[Transaction, int], Awaitable[T]], racers: int = RACERS) -> list[T]:
    """What came of `work`, which is told its number, by those whom no limit refused; anything else is raised."""

    async def one(number: int) -> T:
        return await nodes[number % len(nodes)].write(lambda tx: work(tx, number))

    answers = await asyncio.gather(*(one(number) for number in range(racers)), return_exceptions=True)
    let_in: list[T] = []
    for answer in answers:
        if isinstance(answer, LimitError):
            continue
        if isinstance(answer, BaseException):
            raise answer
        let_in.append(answer)
    return let_in
