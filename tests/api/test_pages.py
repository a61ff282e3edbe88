"""The two kinds of pages: agents by cursor, jobs by offset."""

from typing import Any

from tests.api.client import Client
from tests.api.samples import JOBS, RANDOM_ID, agent, create, deploy, ended


async def agents(client: Client, number: int) -> list[str]:
    """Deployed agents, the oldest first."""
    return [await deploy(client, alias=f"a{index}") for index in range(number)]


async def page(client: Client, query: str) -> tuple[list[str], bool]:
    found = (await client.get(f"/v1/applications?{query}")).ok()
    ids = [one["id"] for one in found["data"]]
    assert (found["first_id"], found["last_id"]) == ((ids[0], ids[-1]) if ids else (None, None))
    return ids, found["has_more"]


async def test_cursors_in_both_directions(client: Client) -> None:
    a, b, c, d, e = await agents(client, 5)
    for query, ids, more in (
        ("", [e, d, c, b, a], False),
        ("order=desc&limit=2", [e, d], True),
        ("order=asc&limit=2", [a, b], True),
        (f"limit=2&after={d}", [c, b], True),
        (f"limit=2&after={b}", [a], False),
        (f"limit=2&after={a}", [], False),
        (f"limit=2&before={a}", [c, b], True),
        (f"limit=2&before={c}", [e, d], False),
        (f"limit=2&before={e}", [], False),
        (f"order=asc&limit=2&before={d}", [b, c], True),
        (f"order=asc&limit=2&before={b}", [a], False),
        (f"order=asc&limit=2&after={b}", [c, d], True),
        (f"after={e}&before={a}", [d, c, b], False),
        ("limit=5", [e, d, c, b, a], False),
        ("limit=0", [e], True),
        ("limit=-7", [e], True),
        ("limit=99999999999999999999999", [e, d, c, b, a], False),
        ("type=generation", [e, d, c, b, a], False),
        ("order=&type=&limit=", [e, d, c, b, a], False),
    ):
        assert await page(client, query) == (ids, more), query


async def test_a_walk_meets_everybody_once(client: Client) -> None:
    ids = await agents(client, 7)
    for order, cursor, expected in (("asc", "after", ids), ("desc", "after", ids[::-1])):
        met: list[str] = []
        more, query = True, ""
        while more:
            some, more = await page(client, f"order={order}&limit=3{query}")
            met += some
            query = f"&{cursor}={some[-1]}"
        assert met == expected


async def test_unknown_cursors_give_an_empty_page(client: Client) -> None:
    await agents(client, 2)
    for query in (
        f"after={RANDOM_ID}",
        f"before={RANDOM_ID}",
        "after=after&before=before&limit=0&order=asc&type=generation",
        "after=a0",
        "after=%00",
        "before=%f0%9f%8f%83",
    ):
        assert await page(client, query) == ([], False), query


async def test_a_deleted_agent_is_still_a_place_to_go_on_from(client: Client) -> None:
    a, b, c = await agents(client, 3)
    await client.delete(f"/v1/applications/{b}")
    assert await page(client, f"after={b}") == ([a], False)
    assert await page(client, f"before={b}") == ([c], False)


async def test_drafts_are_listed_on_request(client: Client) -> None:
    deployed = await deploy(client)
    draft = (await client.post("/v1/applications", agent(alias="d"))).ok(201)["id"]
    assert await page(client, "") == ([deployed], False)
    assert await page(client, "include=drafts") == ([draft, deployed], False)
    assert await page(client, "include=drafts&limit=1") == ([draft], True)


async def test_agent_queries_that_mean_nothing(client: Client) -> None:
    for query in ("order=up", "order=DESC", "type=chat", "limit=ten", "limit=1.5", "limit=1e3"):
        refusal = await client.get(f"/v1/applications?{query}")
        assert refusal.status == 400
        assert refusal.json["errors"][0]["extras"] == {"field": query.partition("=")[0]}


async def jobs_page(client: Client, query: str = "", path: str = JOBS) -> tuple[list[str], int, dict[str, Any]]:
    found = (await client.get(f"{path}?{query}")).ok()
    return [one["id"] for one in found["result"]], found["totalCount"], found["pagination"]


async def test_jobs_by_offset(client: Client) -> None:
    agent_id = await deploy(client)
    ids = [await create(client, str(number)) for number in range(5)][::-1]
    for query, some, offset, limit in (
        ("", ids, 0, 100),
        ("limit=2", ids[:2], 0, 2),
        ("offset=2&limit=2", ids[2:4], 2, 2),
        ("offset=4&limit=2", ids[4:], 4, 2),
        ("offset=5", [], 5, 100),
        ("offset=9223372036854775807", [], 2**63 - 1, 100),
        ("offset=99999999999999999999999", [], 2**63 - 1, 100),
        ("offset=-1&limit=0", ids, 0, 100),
        ("limit=-5", ids, 0, 100),
        ("limit=1000000", ids, 0, 1000),
        ("offset=&limit=&status=", ids, 0, 100),
        ("status=in_progress", ids, 0, 100),
        ("status=completed", None, 0, 100),
    ):
        expected = (some or [], 5 if some is not None else 0, {"offset": offset, "limit": limit})
        assert await jobs_page(client, query) == expected, query
    assert await jobs_page(client, path=f"/v1/applications/{agent_id}/jobs") == await jobs_page(client)


async def test_jobs_by_status(client: Client, worker: None) -> None:
    await deploy(client)
    await deploy(client, alias="other")
    done = [await create(client, str(number)) for number in range(3)]
    for job_id in done:
        await ended(client, job_id)
    await ended(client, await create(client, "elsewhere", reference="other"))
    assert await jobs_page(client, "status=completed&limit=2") == (done[:0:-1], 3, {"offset": 0, "limit": 2})
    assert await jobs_page(client, "status=completed&offset=2") == (done[:1], 3, {"offset": 2, "limit": 100})
    assert (await jobs_page(client, "status=failed"))[:2] == ([], 0)
    assert (await jobs_page(client, "status=in_progress"))[:2] == ([], 0)
    assert (await jobs_page(client))[1] == 3


async def test_cancelled_jobs_are_failed_ones(client: Client) -> None:
    await deploy(client)
    open_id, cancelled_id = await create(client, "a"), await create(client, "b")
    await client.post(f"/v1/applications/jobs/{cancelled_id}/cancel")
    assert (await jobs_page(client, "status=failed"))[:2] == ([cancelled_id], 1)
    assert (await jobs_page(client, "status=in_progress"))[:2] == ([open_id], 1)


async def test_job_queries_that_mean_nothing(client: Client) -> None:
    await deploy(client)
    for query in ("status=queued", "status=Completed", "offset=x", "limit=%00", "limit=1_0_"):
        refusal = await client.get(f"{JOBS}?{query}")
        assert refusal.status == 400
        assert refusal.json["errors"][0]["extras"] == {"field": query.partition("=")[0]}


async def test_jobs_of_nobody(client: Client) -> None:
    assert (await client.get(f"/v1/applications/{RANDOM_ID}/jobs")).status == 404
