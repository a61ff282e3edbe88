"""Rows that failed or were refused: down as a file, corrected, and up again into the same batch."""

import csv
import io
import json
from typing import Any

from pressrun.organizations.keys import Scope
from tests.api.client import Answer, Client
from tests.api.samples import add_model, deploy, says
from tests.api.server import THEIRS, Server
from tests.api.test_batches import CSV_TYPE, ended, lines, upload

FILE = "Text,Colour\nred shoe,red\n,blue\n=mad blue,green\n"


async def failed(client: Client, content: str = FILE, query: str = "?on_bad_rows=skip", **headers: str) -> str:
    """A batch of which a row failed and, as it may be, others were skipped; its id."""
    await add_model(client, "picky", {"match": "mad", "fail": {"status": 400}}, {"answer": "fine"})
    await deploy(client, prompts=says("picky"))
    batch_id = str((await upload(client, content, query, **headers)).ok(202)["id"])
    assert (await ended(client, batch_id))["state"] == "completed_with_errors"
    return batch_id


async def send(client: Client, batch_id: str, content: str, query: str = "", **headers: str) -> Answer:
    path = f"/v1/batches/{batch_id}/rows{query}"
    return await client.send("POST", path, raw=content.encode(), **(CSV_TYPE | headers))


async def test_the_file_of_failed_rows_is_sent_back_with_corrections(client: Client, worker: None) -> None:
    batch_id = await failed(client)
    answer = await client.get(f"/v1/batches/{batch_id}/results?only=failed")
    assert answer.headers["content-disposition"] == 'attachment; filename="Echo-failed.csv"'
    header, *rows = csv.reader(io.StringIO(answer.raw.decode("utf-8-sig"), newline=""))
    assert [row[:2] for row in rows] == [["", "blue"], ["'=mad blue", "green"]]
    rows[0][0] = "blue shoe"
    rows[1][0] = "'=blue"
    written = io.StringIO(newline="")
    csv.writer(written).writerows([header, *rows])
    (await send(client, batch_id, written.getvalue())).ok(202)
    done = await ended(client, batch_id)
    assert (done["state"], done["counts"]["completed"], done["counts"]["invalid"]) == ("completed", 3, 0)
    found = await lines(client, batch_id)
    assert [(one["Text"], one["Colour"], one["status"]) for one in found] == [
        ("red shoe", "red", "completed"),
        ("blue shoe", "blue", "completed"),
        ("=blue", "green", "completed"),
    ]


async def test_what_is_left_as_it_was_downloaded_stays_so(client: Client, worker: None) -> None:
    """The apostrophe that spreadsheets need is not part of it."""
    batch_id = await failed(client)
    await send(client, batch_id, "row,Text,Colour\n3,'=mad blue,black\n")
    await ended(client, batch_id)
    assert (await lines(client, batch_id))[2]["Text"] == "=mad blue"
    assert (await lines(client, batch_id))[2]["Colour"] == "black"


async def test_it_is_refused_with_every_bad_row(client: Client, worker: None) -> None:
    batch_id = await failed(client)
    before = (await client.get(f"/v1/batches/{batch_id}")).ok()
    refusal = await send(client, batch_id, "row,Text\n1,x\n2,blue shoe\n3,\n7,x\n")
    assert refusal.status == 400
    assert refusal.descriptions == [
        "3 of 4 rows cannot be run, and nothing was changed: correct them, or leave them out",
        "row 1: it is completed: rows that failed, were cancelled or could not be run are corrected, no others",
        'row 3, column Text: the required input "Text" is empty',
        "row 7: the batch has no such row",
    ]
    assert [one["extras"]["line"] for one in refusal.json["errors"][1:]] == [2, 4, 5]
    assert (await client.get(f"/v1/batches/{batch_id}")).ok() == before


async def test_a_file_that_is_no_correction_of_this_batch(client: Client, worker: None) -> None:
    batch_id = await failed(client)
    for content, reason in {
        "Text\nshoe\n": 'the file has no column "row" with the numbers of the rows: results have it',
        "row,Size\n2,3\n": '"Size": the batch\'s own file has no such column, so it cannot be corrected: leave it out',
        "row,Text\n": "the file holds no rows",
    }.items():
        assert (await send(client, batch_id, content)).descriptions == [reason]
    assert (await send(client, batch_id, "row\n2\n", "?version=oldest&x=1")).status == 400


async def test_rows_of_json_and_by_their_own_ids(client: Client, worker: None) -> None:
    """Fields that are not sent stay as they were, in their kinds."""
    rows = [{"id": "a", "Text": "shoe", "n": 1}, {"id": "b", "Text": "mad", "n": 2}]
    content = "\n".join(json.dumps(row) for row in rows)
    batch_id = await failed(client, content, "", content_type="application/x-ndjson")
    corrected = {"rows": [{"id": "b", "Text": "mat"}]}
    (await client.post(f"/v1/batches/{batch_id}/rows", corrected)).ok(202)
    assert (await ended(client, batch_id))["state"] == "completed"
    found = (await lines(client, batch_id))[1]
    assert (found["id"], found["Text"], found["n"]) == ("b", "mat", 2)
    unknown = await client.post(f"/v1/batches/{batch_id}/rows", {"rows": [{"id": "c", "Text": "mat"}]})
    assert unknown.descriptions[1] == "line 1: the batch has no row with the id 'c'"


async def test_an_id_that_another_row_has_is_refused(client: Client, worker: None) -> None:
    batch_id = await failed(client, "id,Text\na,shoe\na,mat\nb,mad\n")
    refusal = await send(client, batch_id, "row,id\n2,b\n")
    assert refusal.descriptions[1] == "row 2: row 3 has the same id, 'b'"
    (await send(client, batch_id, "row,id\n2,c\n")).ok(202)
    assert (await ended(client, batch_id))["counts"]["completed"] == 2


async def test_the_map_of_the_upload_holds(client: Client, worker: None) -> None:
    batch_id = await failed(client, "Titel\nmad\n", '?map={"Titel":"Text"}')
    (await send(client, batch_id, "row,Titel\n1,shoe\n")).ok(202)
    assert (await ended(client, batch_id))["state"] == "completed"


async def test_on_the_newest_version(client: Client, worker: None) -> None:
    batch_id = await failed(client)
    await client.send("PATCH", "/v1/applications/echo", {"prompts": says("scripted")})
    (await client.post("/v1/applications/echo/deploy", {})).ok()
    (await send(client, batch_id, "row,Text\n3,mad still\n", "?version=newest")).ok(202)
    await ended(client, batch_id)
    assert [(one["status"], one["version"]) for one in await lines(client, batch_id)][2] == ("completed", 2)


async def test_repeating_it_under_one_key_is_safe(client: Client, worker: None) -> None:
    batch_id = await failed(client)
    answers = [await send(client, batch_id, "row,Text\n2,shoe\n", idempotency_key="once") for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 202]
    assert answers[1].headers["idempotent-replayed"] == "true"
    other = await send(client, batch_id, "row,Text\n2,mat\n", idempotency_key="once")
    assert other.json["extras"]["error_type"] == "IdempotencyKeyReused"


async def test_a_cap_must_pay_for_the_dearest_of_them(client: Client, worker: None) -> None:
    script = [{"match": "mad", "fail": {"status": 400}}, {"answer": "fine"}]
    model = {"name": "dear", "script": json.dumps(script), "input_price": 1_000, "output_price": 1_000}
    (await client.post("/v1/models", model)).ok(201)
    await deploy(client, prompts=[{"name": "say", "model": "dear", "prompt": "@Text", "max_tokens": 10}])
    batch_id = (await upload(client, "Text\nmad\n", "?max_cost=0.2")).ok(202)["id"]
    await ended(client, batch_id)
    refusal = await send(client, batch_id, f"row,Text\n1,{'long ' * 500}\n")
    assert refusal.descriptions[0].startswith("max_cost is $0.20, and a single row may cost")
    (await send(client, batch_id, "row,Text\n1,shoe\n")).ok(202)
    done: Any = await ended(client, batch_id)
    assert done["state"] == "completed"


async def test_it_is_its_organizations_own(server: Server, client: Client, worker: None) -> None:
    batch_id = await failed(client)
    other = await server.caller(Scope.ADMIN, organization_id=THEIRS)
    assert (await send(other, batch_id, "row,Text\n2,shoe\n")).status == 404
