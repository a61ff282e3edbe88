"""S-25: sessions of the studio: random, renewed at sign-in, ended by time, by signing out and by taking away rights."""

import asyncio
from http.cookies import SimpleCookie
from typing import Any

import pytest

from pressrun.errors import LimitError
from pressrun.organizations import keys, people, sessions, sign_in
from pressrun.organizations.keys import Scope
from pressrun.organizations.organization import FIRST, first_key
from pressrun.organizations.people import Role
from pressrun.organizations.sign_in import Origin
from pressrun.store import facts
from pressrun.store.clock import SECOND
from pressrun.store.store import Store
from tests.api.browser import Browser, signed_in
from tests.api.client import Client
from tests.api.server import Server
from tests.fake_clock import FakeClock
from tests.raw_sql import fetch

HERE = Origin("192.0.2.1", "request")
IDLE_S, LIFETIME_S = 3600, 86_400
HOUR = 3600 * SECOND


async def begun(store: Store, secret: str, origin: Origin = HERE) -> tuple[sessions.SignedIn, str] | None:
    """Sign in by a key, as the API does."""
    options: dict[str, Any] = {"token": None, "lifetime_s": LIFETIME_S, "before": None}
    return await store.write(lambda tx: sign_in.sign_in(tx, key=secret, origin=origin, **options))


async def by_link(store: Store, token: str, origin: Origin = HERE) -> tuple[sessions.SignedIn, str] | None:
    """Sign in by a link."""
    options: dict[str, Any] = {"key": None, "lifetime_s": LIFETIME_S, "before": None}
    return await store.write(lambda tx: sign_in.sign_in(tx, token=token, origin=origin, **options))


async def found(store: Store, token: str) -> sessions.SignedIn | None:
    return await store.read(lambda tx: sessions.find_by_token(tx, token, IDLE_S))


@pytest.fixture
async def key(store: Store) -> str:
    """The first admin key of a database."""
    token = await store.write(first_key)
    assert token is not None
    return token


async def test_s25_a_session_ends_when_nobody_uses_it(store: Store, clock: FakeClock, key: str) -> None:
    """And lives on while somebody does."""
    made = await begun(store, key)
    assert made is not None
    session, token = made[0].session, made[1]
    for _ in range(5):
        clock.now += HOUR - SECOND
        assert await found(store, token) is not None
        await store.write(lambda tx: sessions.note_use(tx, session))
    clock.now += HOUR
    assert await found(store, token) is None


async def test_s25_a_session_ends_however_much_it_is_used(store: Store, clock: FakeClock, key: str) -> None:
    made = await begun(store, key)
    assert made is not None
    session, token = made[0].session, made[1]
    for _ in range(47):
        clock.now += HOUR // 2
        await store.write(lambda tx: sessions.note_use(tx, session))
    assert await found(store, token) is not None
    clock.now += HOUR // 2
    assert await found(store, token) is None


async def test_s25_a_restored_database_signs_nobody_in(store: Store, key: str) -> None:
    """Whoever signed out after the backup would be back."""
    made = await begun(store, key)
    assert made is not None
    link, _ = await store.write(lambda tx: sign_in.make_link(tx, FIRST, 60, key_id=made[0].caller.id))
    await store.write(facts.new_epoch)
    assert await found(store, made[1]) is None
    assert await by_link(store, link) is None


async def test_s25_tokens_are_long_random_and_kept_as_digests(store: Store, database_url: str, key: str) -> None:
    made = [await begun(store, key) for _ in range(50)]
    tokens = {one[1] for one in made if one is not None}
    assert len(tokens) == 50
    assert all(len(token) >= 43 for token in tokens), "256 bits in base64"
    rows = str(await fetch(database_url, "SELECT * FROM sessions"))
    assert keys.digest(next(iter(tokens))) in rows
    assert not [token for token in tokens if token in rows]


async def test_s25_a_revoked_key_takes_its_sessions_along(store: Store, key: str) -> None:
    other, secret = await store.write(lambda tx: keys.create(tx, FIRST, "other", [Scope.ADMIN]))
    made = await begun(store, secret)
    assert made is not None
    await store.write(lambda tx: keys.revoke(tx, FIRST, other.id))
    assert await found(store, made[1]) is None
    assert await begun(store, secret) is None


async def test_s25_a_person_has_the_role_of_now(store: Store, key: str) -> None:
    """Until there is none any more."""
    person = await store.write(lambda tx: people.add(tx, FIRST, "Ada", None, Role.VIEWER))
    token, _ = await store.write(lambda tx: sign_in.make_link(tx, FIRST, 60, person_id=person.id))
    made = await by_link(store, token)
    assert made is not None
    assert not made[0].caller.allows(Scope.JOBS_WRITE)
    await store.write(lambda tx: people.change(tx, person, role=Role.EDITOR))
    now = await found(store, made[1])
    assert now is not None
    assert now.caller.allows(Scope.JOBS_WRITE)
    await store.write(lambda tx: people.remove(tx, FIRST, person.id))
    assert await found(store, made[1]) is None


async def test_s25_a_link_works_once_and_not_for_ever(store: Store, clock: FakeClock, key: str) -> None:
    admin = (await store.read(lambda tx: keys.admin_key_ids(tx, FIRST)))[0]

    first, _ = await store.write(lambda tx: sign_in.make_link(tx, FIRST, 60, key_id=admin))
    assert await by_link(store, first) is not None
    assert await by_link(store, first) is None
    second, expires_at = await store.write(lambda tx: sign_in.make_link(tx, FIRST, 60, key_id=admin))
    clock.now += 60 * SECOND
    assert expires_at == clock.now
    assert await by_link(store, second) is None


async def test_s33_a_link_works_once_in_a_race(store: Store, key: str) -> None:
    admin = (await store.read(lambda tx: keys.admin_key_ids(tx, FIRST)))[0]
    token, _ = await store.write(lambda tx: sign_in.make_link(tx, FIRST, 60, key_id=admin))

    async def use(number: int) -> bool:
        try:
            return await by_link(store, token, Origin(f"192.0.2.{number}", None)) is not None
        except LimitError:  # too many attempts with one link: no success either
            return False

    assert sum(await asyncio.gather(*(use(number) for number in range(64)))) == 1


async def test_s25_a_thousand_guesses(store: Store, clock: FakeClock, key: str) -> None:
    """From one address a few a minute are looked at; the address of somebody else is not held up."""
    looked = 0
    for number in range(1000):
        try:
            assert await begun(store, f"guess {number:04} {number}") is None
            looked += 1
        except LimitError as error:
            assert "attempts to sign in failed" in str(error)  # noqa: PT017 - how many there are is not known
    assert looked == sign_in.MOST_BY_ADDRESS
    with pytest.raises(LimitError, match="wait a minute"):
        await begun(store, key)
    assert await begun(store, key, Origin("192.0.2.2", None)) is not None
    clock.now += 60 * SECOND
    assert await begun(store, key) is not None


async def test_s25_guesses_at_one_key_from_many_addresses(store: Store, key: str) -> None:
    looked = 0
    for number in range(50):
        try:
            assert await begun(store, key[:-1] + "x", Origin(f"2001:db8:{number:x}::1", None)) is None
            looked += 1
        except LimitError as error:
            assert "attempts to sign in failed" in str(error)  # noqa: PT017 - how many there are is not known
    assert looked == sign_in.MOST_BY_SECRET


async def test_s25_successes_are_not_held_up(store: Store, key: str) -> None:
    for _ in range(sign_in.MOST_BY_ADDRESS * 2):
        assert await begun(store, key) is not None


async def test_s25_signing_in_renews_and_signing_out_ends(server: Server, client: Client) -> None:
    """A cookie from before opens nothing afterwards, wherever it was copied to."""
    browser = await signed_in(server)
    first = browser.cookie
    assert first is not None
    assert client.token is not None
    (await browser.sign_in(key=client.token)).ok()
    assert browser.cookie != first
    assert (await browser.get("/v1/session", cookie=first)).status == 401
    second = browser.cookie
    assert second is not None
    assert (await browser.send("DELETE", "/v1/session")).ok()["type"] == "key"
    assert browser.cookie is None
    assert (await browser.get("/v1/session", cookie=second)).status == 401


async def test_s25_nobody_is_signed_in_by_a_cookie_of_their_own_making(server: Server) -> None:
    """Fixation: what a browser brings along never becomes a session."""
    _, token = await server.key(Scope.ADMIN)
    browser = Browser(server)
    planted = "pressrun=planted-by-somebody-else-0123456789abcdef"
    assert (await browser.get("/v1/session", cookie=planted)).status == 401
    answer = await browser.send("POST", "/v1/session", {"key": token}, cookie=planted)
    answer.ok()
    [morsel] = SimpleCookie(answer.headers["set-cookie"]).values()
    assert morsel.value not in planted
    assert (await browser.get("/v1/session", cookie=planted)).status == 401


async def test_s25_the_address_is_the_proxys_word_only_for_trusted_proxies(server: Server, client: Client) -> None:
    """Somebody who writes the header does not become somebody else."""
    browser = Browser(server)
    statuses = [
        (
            await browser.send("POST", "/v1/session", {"key": f"g{number:03}"}, x_forwarded_for=f"198.51.100.{number}")
        ).status
        for number in range(3 * sign_in.MOST_BY_ADDRESS)
    ]
    assert 401 in statuses
    assert 429 in statuses
    refused = await browser.send("POST", "/v1/session", {"key": client.token}, x_forwarded_for="198.51.100.200")
    if refused.status == 429:  # the minute may have turned
        assert 1 <= int(refused.headers["retry-after"]) <= 59
        assert "sign_ins_per_minute" in refused.headers["ratelimit-policy"]
