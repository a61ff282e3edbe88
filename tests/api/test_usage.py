"""Prices of models, costs of jobs, and the books, over HTTP."""

import json

from pressrun.money import nano_dollars
from tests.api.client import Client
from tests.api.samples import create, deploy, ended, says
from tests.api.test_batches import ended as batch_ended
from tests.api.test_batches import lines, upload

RULES = [{"answer": "four words of text", "usage": {"prompt_tokens": 1000, "completion_tokens": 100}}]
PRICED = {"name": "priced", "script": json.dumps(RULES), "input_price": 0.15, "output_price": "0.60"}


async def test_a_job_says_what_it_cost_and_the_books_say_the_same(client: Client, worker: None) -> None:
    (await client.post("/v1/models", PRICED)).ok(201)
    agent_id = await deploy(client, prompts=says("priced"))
    ids = [await create(client, "Terra"), await create(client, "Aqua")]
    jobs = [await ended(client, job_id) for job_id in ids]
    assert [job["cost"] for job in jobs] == [0.00021, 0.00021]
    assert jobs[0]["currency"] == "USD"
    assert jobs[0]["usage"]["unpriced_calls"] == 0
    timeline = (await client.get(f"/v1/applications/jobs/{ids[0]}/events")).ok()["data"]
    assert timeline[-1]["data"]["calls"][0]["cost"] == 0.00021
    at_once = {"inputs": [{"id": "Text", "value": ["Flex"]}]}
    (await client.post("/v1/applications/echo", at_once)).ok()
    report = (await client.get("/v1/usage?group_by=agent,model")).ok()
    [line] = [one for one in report["data"] if one["agent"] == agent_id]
    assert (line["model"], line["calls"], line["cost"]) == ("priced", 3, 0.00063)
    assert (line["prompt_tokens"], line["completion_tokens"], line["total_tokens"]) == (3000, 300, 3300)
    assert report["total"]["cost"] >= line["cost"]


async def test_the_rows_the_batch_and_the_books_tell_one_sum(client: Client, worker: None) -> None:
    (await client.post("/v1/models", {**PRICED, "output_price": "0.000123457"})).ok(201)
    await deploy(client, prompts=says("priced"))
    batch = (await upload(client, "Text\na\nb\nc\n", "?dedupe=false")).ok(202)
    done = await batch_ended(client, batch["id"])
    results = await lines(client, batch["id"])
    assert {row["model"] for row in results} == {"priced"}
    rows = [row["cost"] for row in results]
    [line] = [one for one in (await client.get("/v1/usage?group_by=batch")).ok()["data"] if one["batch"] == batch["id"]]
    assert line["calls"] == len(rows) == 3
    assert nano_dollars(done["cost"]) == sum(map(nano_dollars, rows)) == nano_dollars(line["cost"]) == 3 * 150_012


async def test_prices_are_shown_changed_and_taken_away(client: Client) -> None:
    added = (await client.post("/v1/models", {**PRICED, "name": "m", "cached_input_price": 0.075})).ok(201)
    assert (added["input_price"], added["output_price"], added["cached_input_price"]) == (0.15, 0.6, 0.075)
    assert added["price_source"] == "set"
    assert added["account"] == "m"
    changed = (await client.send("PATCH", "/v1/models/m", {"rpm": 60, "tpm": 9000, "account": "team"})).ok()
    assert (changed["rpm"], changed["tpm"], changed["account"], changed["output_price"]) == (60, 9000, "team", 0.6)
    assert (added["vision"], changed["vision"]) == (False, False)
    assert (await client.send("PATCH", "/v1/models/m", {"vision": True})).ok()["vision"] is True
    cleared = dict.fromkeys(("input_price", "output_price", "cached_input_price", "rpm"))
    free = (await client.send("PATCH", "/v1/models/m", cleared)).ok()
    assert (free["price_source"], free["input_price"], free["rpm"], free["tpm"]) == ("free", 0.0, None, 9000)
    assert free["vision"] is True
    models = {one["name"]: one for one in (await client.get("/v1/models")).ok()["models"]}
    assert models["scripted"]["price_source"] == "free"


async def test_a_model_of_an_unknown_server_has_no_price(client: Client) -> None:
    added = (await client.post("/v1/models", {"name": "own", "base_url": "http://127.0.0.1:9/v1"})).ok(201)
    assert (added["price_source"], added["input_price"]) == ("unknown", None)


async def test_a_model_says_why_it_is_held_back(client: Client) -> None:
    (await client.post("/v1/models", {"name": "slow", "script": "[{answer: x}]", "rpm": 1})).ok(201)
    assert (await held_back(client, "slow")) is None
    (await client.post("/v1/models/slow/test")).ok()
    assert await held_back(client, "slow") == "1 call a minute is allowed"


async def held_back(client: Client, name: str) -> str | None:
    models = {one["name"]: one for one in (await client.get("/v1/models")).ok()["models"]}
    assert (models[name]["held_back"] is None) == (models[name]["held_back_s"] is None)
    return str(models[name]["held_back"]) if models[name]["held_back"] else None


async def test_prices_that_cannot_be_are_refused(client: Client) -> None:
    for faulty, field in (
        ({"input_price": -1, "output_price": 1}, "input_price"),
        ({"input_price": "a lot", "output_price": 1}, "input_price"),
        ({"input_price": True, "output_price": 1}, "input_price"),
        ({"input_price": 1}, "input_price"),
        ({"cached_input_price": 1}, "cached_input_price"),
        ({"output_price": 2_000_000, "input_price": 1}, "output_price"),
        ({"output_price": "1e999999999", "input_price": 1}, "output_price"),
        ({"rpm": 0}, "rpm"),
        ({"account": "two words"}, "account"),
    ):
        refused = await client.send("PATCH", "/v1/models/scripted", faulty)
        assert refused.status == 400, faulty
        assert refused.json["errors"][0]["extras"]["field"] == field
    assert (await client.send("PATCH", "/v1/models/nobody", {"rpm": 1})).status == 404


async def test_reports_that_cannot_be_are_refused(client: Client) -> None:
    for query in ("from=soon", "to=2026-13-01", "group_by=colour", "group_by=day,day", "from=2026-02-02&to=2026-02-01"):
        assert (await client.get(f"/v1/usage?{query}")).status == 400, query
    empty = (await client.get("/v1/usage?from=1970-01-01&to=1970-01-02")).ok()
    assert (empty["data"], empty["total"]["cost"], empty["total"]["calls"]) == ([], 0.0, 0)
