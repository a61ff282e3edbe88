"""Batches over HTTP: a file in, every row answered, a file out."""

import asyncio
import json
from typing import Any

import msgspec
import openpyxl

from pressrun.organizations.keys import Scope
from tests.api.client import Answer, Client
from tests.api.samples import add_model, deploy, says
from tests.api.server import THEIRS, Server, working
from tests.raw_sql import execute

BATCHES = "/v1/applications/echo/batches"
CSV = "Text,Colour\nred shoe,red\nblue shoe,blue\n"
CSV_TYPE = {"content_type": "text/csv"}


async def upload(client: Client, content: str = CSV, query: str = "", **headers: str) -> Answer:
    return await client.send("POST", BATCHES + query, raw=content.encode(), **(CSV_TYPE | headers))


async def ended(client: Client, batch_id: str) -> Any:
    async with asyncio.timeout(30):
        while True:
            batch = (await client.get(f"/v1/batches/{batch_id}")).ok()
            counts = batch["counts"]
            assert sum(counts.values()) == 2 * counts["total"]
            if batch["state"] in {"completed", "completed_with_errors", "cancelled"}:
                return batch
            await asyncio.sleep(0.02)


async def lines(client: Client, batch_id: str) -> list[dict[str, Any]]:
    raw = (await client.get(f"/v1/batches/{batch_id}/results?format=jsonl")).raw
    return [msgspec.json.decode(line) for line in raw.splitlines()]


async def test_a_file_in_and_a_file_out(client: Client, worker: None) -> None:
    agent_id = await deploy(client)
    batch = (await upload(client)).ok(202)
    assert (batch["application_id"], batch["counts"]["total"], batch["columns"]) == (agent_id, 2, ["Text", "Colour"])
    done = await ended(client, batch["id"])
    assert (done["state"], done["counts"]["completed"]) == ("completed", 2)
    answer = await client.get(f"/v1/batches/{batch['id']}/results")
    assert answer.headers["content-disposition"] == 'attachment; filename="Echo-results.csv"'
    header, *rows = answer.raw.decode("utf-8-sig").splitlines()
    assert header.startswith("Text,Colour,say,suggestion,status,")
    assert [row.split(",")[:5] for row in rows] == [
        ["red shoe", "red", "red shoe", "red shoe", "completed"],
        ["blue shoe", "blue", "blue shoe", "blue shoe", "completed"],
    ]


async def test_its_rows_are_jobs(client: Client, worker: None) -> None:
    await deploy(client)
    batch = (await upload(client)).ok(202)
    await ended(client, batch["id"])
    jobs = (await client.get("/v1/applications/echo/jobs")).ok()["result"]
    assert sorted((one["batch_id"], one["row"]) for one in jobs) == [(batch["id"], 1), (batch["id"], 2)]


async def test_rows_as_json_with_options(client: Client, worker: None) -> None:
    await deploy(client)
    body = {"rows": [{"Title": "a"}, {"Title": "b"}], "map": {"Title": "Text"}, "name": "two", "metadata": {"by": "me"}}
    batch = (await client.post(BATCHES, body)).ok(202)
    assert (batch["name"], batch["metadata"]) == ("two", {"by": "me"})
    await ended(client, batch["id"])
    assert [(one["Title"], one["suggestion"]) for one in await lines(client, batch["id"])] == [("a", "a"), ("b", "b")]


async def test_rows_as_lines_of_json(client: Client) -> None:
    await deploy(client)
    answer = await upload(client, '{"Text":"a","n":1}\n{"Text":"b"}\n', content_type="application/x-ndjson")
    assert answer.ok(202)["columns"] == ["Text", "n"]


async def test_every_bad_row_is_listed_and_nothing_is_started(client: Client) -> None:
    await deploy(client)
    refusal = await upload(client, "Text,n\na,1\n,2\nb,3\n,4\n")
    assert refusal.status == 400
    assert refusal.descriptions[0] == (
        "2 of 4 rows cannot be run, and nothing was started: correct them, or send on_bad_rows=skip to run the others"
    )
    assert [one["extras"]["row"] for one in refusal.json["errors"][1:]] == [2, 4]
    assert [one["extras"]["column"] for one in refusal.json["errors"][1:]] == ["Text", "Text"]
    assert (await client.get("/v1/batches")).ok()["totalCount"] == 0


async def test_bad_rows_are_skipped_when_that_is_wanted(client: Client, worker: None) -> None:
    await deploy(client)
    batch = (await upload(client, "Text,n\na,1\n,2\nb,3\n", "?on_bad_rows=skip")).ok(202)
    done = await ended(client, batch["id"])
    assert (done["state"], done["counts"]["invalid"], done["counts"]["completed"]) == ("completed_with_errors", 1, 2)
    assert [one["status"] for one in await lines(client, batch["id"])] == ["completed", "invalid", "completed"]


async def test_a_file_without_the_agents_column(client: Client) -> None:
    await deploy(client)
    refusal = await upload(client, "Name\na\n")
    assert "no column for the required input" in refusal.descriptions[0]


async def test_every_fault_of_the_options_at_once(client: Client) -> None:
    await deploy(client)
    refusal = await upload(client, CSV, "?on_bad_rows=maybe&stop_on_errors=many&colour=red")
    assert {one["extras"]["field"] for one in refusal.json["errors"]} == {"on_bad_rows", "stop_on_errors", "colour"}
    assert (await upload(client, CSV, "?priority=high")).descriptions == ["priority must be a whole number, not 'high'"]


async def test_a_repeated_idempotency_key_is_the_same_batch(client: Client) -> None:
    await deploy(client)
    first = await upload(client, idempotency_key="six o'clock")
    again = await upload(client, idempotency_key="six o'clock")
    assert first.ok(202)["id"] == again.ok(202)["id"]
    assert again.headers["idempotent-replayed"] == "true"
    assert (await client.get("/v1/batches")).ok()["totalCount"] == 1
    other = await upload(client, CSV + "green shoe,green\n", idempotency_key="six o'clock")
    assert other.json["extras"]["error_type"] == "IdempotencyKeyReused"


async def test_an_upload_that_is_cut_off_leaves_nothing(server: Server, client: Client) -> None:
    await deploy(client)
    head = (
        f"POST {BATCHES} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {client.token}\r\n"
        "content-type: text/csv\r\ncontent-length: 10000000\r\n\r\n"
    )
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(head.encode() + b"Text\n" + b"shoe\n" * 5000)
    await writer.drain()
    store = server.system.store

    async def uploads() -> int:
        return len(await store.read(lambda tx: tx.all("list_stale_uploads", silent_us=-1_000_000, limit=10)))

    async with asyncio.timeout(20):
        while not await uploads():
            await asyncio.sleep(0.01)
        writer.close()
        while await uploads():
            await asyncio.sleep(0.01)
    assert (await client.get("/v1/batches")).ok()["totalCount"] == 0


async def test_pause_resume_cancel_retry(client: Client) -> None:
    await deploy(client)
    batch_id = (await upload(client)).ok(202)["id"]
    assert (await client.post(f"/v1/batches/{batch_id}/pause")).ok()["state"] == "paused"
    assert (await client.post(f"/v1/batches/{batch_id}/resume")).ok()["state"] == "loading"
    assert (await client.post(f"/v1/batches/{batch_id}/cancel")).ok()["cancel_requested"]
    assert (await client.post(f"/v1/batches/{batch_id}/pause")).status == 409


async def test_failed_rows_are_counted_by_error_and_run_again(client: Client, worker: None) -> None:
    await add_model(client, "picky", {"match": "blue", "fail": {"status": 400}}, {"answer": "fine"})
    await deploy(client, prompts=says("picky"))
    batch_id = (await upload(client)).ok(202)["id"]
    done = await ended(client, batch_id)
    assert (done["state"], done["errors"]) == ("completed_with_errors", [{"error_code": "model_refused", "rows": 1}])
    again = (await client.post(f"/v1/batches/{batch_id}/retry", {"error_code": "model_refused"})).ok(202)
    assert again["state"] in {"running", "completed_with_errors"}
    assert (await ended(client, batch_id))["counts"]["failed"] == 1


async def test_a_workbook_comes_back_as_one(client: Client, worker: None, tmp_path: Any) -> None:
    await deploy(client)
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["Text"], ["=cmd|' /C calc'!A0"], ["shoe"]):
        book.active.append(row)
    book.active["A2"].data_type = "s"
    book.save(tmp_path / "in.xlsx")
    raw = (tmp_path / "in.xlsx").read_bytes()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    batch_id = (await client.send("POST", BATCHES, raw=raw, content_type=kind)).ok(202)["id"]
    await ended(client, batch_id)
    (tmp_path / "out.xlsx").write_bytes((await client.get(f"/v1/batches/{batch_id}/results?format=xlsx")).raw)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert sheet is not None
    assert [cell.value for cell in sheet["A"]][1:] == ["=cmd|' /C calc'!A0", "shoe"]
    assert sheet["A2"].data_type == "s"


async def test_the_template_is_accepted_as_it_is(client: Client) -> None:
    await deploy(client)
    template = (await client.get(f"{BATCHES}/template")).raw.decode()
    (await upload(client, template)).ok(202)


async def test_its_events_tell_of_it_until_its_end(client: Client, worker: None) -> None:
    await deploy(client)
    batch_id = (await upload(client)).ok(202)["id"]
    raw = (await client.get(f"/v1/batches/{batch_id}/events")).raw.decode()
    events = [dict(line.split(": ", 1) for line in block.splitlines()) for block in raw.strip().split("\n\n")]
    last = json.loads(events[-1]["data"])
    assert (last["state"], last["counts"]["completed"], last["eta_s"]) == ("completed", 2, {"low": 0, "high": 0})
    again = await client.send("GET", f"/v1/batches/{batch_id}/events", last_event_id=events[-1]["id"])
    assert again.raw == b""


async def test_rows_by_pages(client: Client, worker: None) -> None:
    await deploy(client)
    batch_id = (await upload(client)).ok(202)["id"]
    await ended(client, batch_id)
    first = (await client.get(f"/v1/batches/{batch_id}/rows?limit=1")).ok()
    assert (first["data"][0]["cells"], first["has_more"]) == ({"Text": "red shoe", "Colour": "red"}, True)
    rest = (await client.get(f"/v1/batches/{batch_id}/rows?after=1")).ok()
    assert [one["row"] for one in rest["data"]] == [2]


async def test_a_deleted_batch_is_gone_with_its_jobs(client: Client, worker: None) -> None:
    await deploy(client)
    batch_id = (await upload(client)).ok(202)["id"]
    await ended(client, batch_id)
    assert (await client.send("DELETE", f"/v1/batches/{batch_id}")).ok() == {"id": batch_id, "deleted": True}
    assert (await client.get(f"/v1/batches/{batch_id}")).status == 404
    assert (await client.get("/v1/applications/echo/jobs")).ok()["totalCount"] == 0


async def test_a_batch_is_its_organizations_own(server: Server, client: Client) -> None:
    await deploy(client)
    batch_id = (await upload(client)).ok(202)["id"]
    other = await server.caller(Scope.ADMIN, organization_id=THEIRS)
    for method, path in (("GET", ""), ("POST", "/pause"), ("POST", "/retry"), ("GET", "/results"), ("DELETE", "")):
        assert (await other.send(method, f"/v1/batches/{batch_id}{path}")).status == 404


async def test_a_single_job_is_done_while_a_batch_waits(server: Server, client: Client) -> None:
    await add_model(client, "slow", {"answer": "done", "delay_s": 0.05})
    await deploy(client, prompts=says("slow"))
    batch_id = (await upload(client, "Text\n" + "".join(f"row {number}\n" for number in range(300)))).ok(202)["id"]
    async with working(server.system):
        job_id = (await client.post("/v1/applications/echo/jobs", {"inputs": [{"id": "Text", "value": ["x"]}]})).ok(
            202
        )["id"]
        found = (await client.get(f"/v1/applications/jobs/{job_id}?wait=10")).ok()
        assert found["status"] == "completed"
        assert (await client.get(f"/v1/batches/{batch_id}")).ok()["counts"]["queued"] > 0


async def test_a_cap_is_never_passed(client: Client, worker: None) -> None:
    """A call takes 10 tokens in and 10 out, at 0.001 dollars each; a row may take more than that."""
    script = [{"answer": "fine", "usage": {"prompt_tokens": 10, "completion_tokens": 10}}]
    model = {"name": "dear", "script": json.dumps(script), "input_price": 1_000, "output_price": 1_000}
    (await client.post("/v1/models", model)).ok(201)
    await deploy(client, prompts=[{"name": "say", "model": "dear", "prompt": "@Text", "max_tokens": 10}])
    rows = "Text\n" + "".join(f"row {number}\n" for number in range(40))
    refusal = await upload(client, rows, "?max_cost=0.001")
    assert "max_cost is $0.001, and a single row may cost" in refusal.descriptions[0]
    batch_id = (await upload(client, rows, "?max_cost=0.5")).ok(202)["id"]
    async with asyncio.timeout(30):
        while (batch := (await client.get(f"/v1/batches/{batch_id}")).ok())["state"] != "paused":
            assert batch["cost"] <= 0.5
            await asyncio.sleep(0.02)
    assert batch["pause_code"] == "max_cost"
    assert 0.3 < batch["cost"] <= 0.5
    assert batch["cost"] == round(batch["counts"]["completed"] * 0.02, 9)
    await client.send("PATCH", f"/v1/batches/{batch_id}", {"max_cost": 10})
    (await client.post(f"/v1/batches/{batch_id}/resume")).ok()
    assert (await ended(client, batch_id))["cost"] == 0.8


async def test_a_cap_needs_prices(client: Client) -> None:
    (await client.post("/v1/models", {"name": "far", "base_url": "https://127.0.0.1:1/v1"})).ok(201)
    await deploy(client, prompts=[{"name": "say", "model": "far", "prompt": "@Text"}])
    refusal = await upload(client, CSV, "?max_cost=1")
    assert refusal.status == 400
    assert refusal.descriptions[0].startswith("max_cost cannot be kept: ")


async def test_a_batch_waits_for_a_quota_and_says_so(server: Server, client: Client, worker: None) -> None:
    """Nothing is charged to the rows, and it goes on when the provider may be asked again."""
    broke = {"fail": {"status": 429, "code": "insufficient_quota", "message": "pay first"}, "times": 2}
    await add_model(client, "broke", broke, {"answer": "fine"})
    await deploy(client, prompts=says("broke"))
    batch_id = (await upload(client)).ok(202)["id"]
    async with asyncio.timeout(30):
        while (batch := (await client.get(f"/v1/batches/{batch_id}")).ok())["pause_code"] != "quota":
            await asyncio.sleep(0.02)
    assert "pay first" in batch["paused_reason"]
    assert batch["counts"]["failed"] == 0
    url = server.system.settings.store_url
    await execute(url, "UPDATE model_accounts SET quota_until = 1, paused_until = 1")
    await execute(url, "UPDATE jobs SET run_at = 1 WHERE state = 'waiting'")
    assert (await ended(client, batch_id))["state"] == "completed"


async def test_a_paid_sample_tells_what_the_whole_will_cost(client: Client, worker: None) -> None:
    script = [{"answer": "fine", "usage": {"prompt_tokens": 10, "completion_tokens": 10}}]
    model = {"name": "dear", "script": json.dumps(script), "input_price": 1_000, "output_price": 1_000}
    (await client.post("/v1/models", model)).ok(201)
    await deploy(client, prompts=says("dear"))
    rows = "Text\n" + "".join(f"row {number}\n" for number in range(40))
    batch_id = (await upload(client, rows, "?sample=5")).ok(202)["id"]
    before = (await client.get(f"/v1/batches/{batch_id}/estimate")).ok()
    assert before["rows_left"] + before["rows"] <= 40
    async with asyncio.timeout(30):
        while (await client.get(f"/v1/batches/{batch_id}")).ok()["pause_code"] != "trial":
            await asyncio.sleep(0.02)
    found = (await client.get(f"/v1/batches/{batch_id}/estimate")).ok()
    assert (found["rows"], found["rows_left"], found["cost_per_row"]) == (5, 35, 0.02)
    assert found["cost"] == {"low": 0.8, "high": 0.8}
    await client.post(f"/v1/batches/{batch_id}/cancel")
    assert (await ended(client, batch_id))["cost"] == 0.1
