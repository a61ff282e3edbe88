"""How many jobs may ask each model now: so that a claim takes no more than its accounts have room for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pressrun.accounts.account import Limits, Standing
from pressrun.accounts.window import SPAN_S, Denied, Second, Window
from pressrun.store.store import Row, Transaction

Name = tuple[str, str]
"""Organization, and account or model."""


@dataclass(frozen=True, slots=True)
class Room:
    """`most` calls may be under way (None: any number); `denied` tells why none may begin now, `at` is the time."""

    most: int | None
    denied: Denied | None
    at: int


async def find_rooms(tx: Transaction, models: Sequence[Row]) -> dict[Name, Room]:
    """By organization and model, for those that are limited; `models` as `list_model_limits` returns them."""
    standings = {(row["organization_id"], row["account"]): row for row in await tx.all("list_accounts")}
    limits = _limits(models)
    limited = {name: limit for name, limit in limits.items() if limit.rpm is not None or limit.tpm is not None}
    if not limited and not standings:
        return {}
    windows: dict[Name, list[Second]] = {}
    at = max((int(row["at"]) for row in standings.values()), default=0)
    for row in await tx.all("list_windows", span_s=SPAN_S):
        at = int(row["at"])
        second = Second(int(row["second"]), int(row["requests"]), int(row["tokens"]))
        windows.setdefault((row["organization_id"], row["account"]), []).append(second)
    counts = await tx.all("list_permit_counts")
    under_way = {(row["organization_id"], row["account"]): int(row["permits"]) for row in counts}
    rooms: dict[Name, Room] = {}
    for name in {*limited, *standings}:
        standing = Standing.from_row(standings[name]) if name in standings else Standing()
        window = Window(at, limits.get(name, Limits()), standing, windows.get(name, ()), under_way.get(name, 0))
        rooms[name] = Room(window.room, window.denied(), at)
    return _by_model(models, rooms)


async def exhausted(tx: Transaction, models: Sequence[Row]) -> dict[Name, Denied]:
    """By organization and model, those whose account has no quota left, with the reason and the seconds to wait."""
    rooms = await find_rooms(tx, models)
    return {name: room.denied for name, room in rooms.items() if room.denied is not None and room.denied.quota}


def _limits(models: Sequence[Row]) -> dict[Name, Limits]:
    limits: dict[Name, Limits] = {}
    for row in models:
        name = row["organization_id"], row["account"] or row["name"]
        own = Limits(row["rpm"], row["tpm"], row["concurrency"])
        limits[name] = limits.get(name, Limits()).tightened(own)
    return limits


def _by_model(models: Sequence[Row], rooms: Mapping[Name, Room]) -> dict[Name, Room]:
    """An account without a model of its own is called by the name of the model, as those of the environment are."""
    found = dict(rooms)
    for row in models:
        if row["account"]:
            found.pop((row["organization_id"], row["name"]), None)
    for row in models:
        room = rooms.get((row["organization_id"], row["account"] or row["name"]))
        if room is not None:
            found[row["organization_id"], row["name"]] = room
    return found
