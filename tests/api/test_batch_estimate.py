"""What a file would cost, before anything is run."""

import csv
import io

from pressrun.system import System
from tests.api.client import Client
from tests.api.samples import deploy, says
from tests.api.server import working
from tests.api.test_batches import ended, upload

BAD_ROWS = "/v1/applications/echo/batches/bad-rows"
ESTIMATE = "/v1/applications/echo/batches/estimate"
FILE = b"Text;Colour\nred shoe;red\nred shoe;blue\n;x\nblue shoe;y\n"


async def test_every_row_is_read_and_nothing_is_run(client: Client) -> None:
    await deploy(client)
    found = (await client.send("POST", ESTIMATE, raw=FILE, content_type="text/csv")).ok()
    assert (found["rows"], found["bad_rows"], found["distinct_rows"]) == (4, 1, 2)
    assert (found["format"], found["encoding"], found["delimiter"]) == ("csv", "utf-8", ";")
    assert (found["columns"], found["inputs"]) == (["Text", "Colour"], {"Text": ["Text"]})
    assert found["first_rows"] == [["red shoe", "red"], ["red shoe", "blue"], ["", "x"], ["blue shoe", "y"]]
    assert [(one["row"], one["line"], one["input"]) for one in found["problems"]] == [(3, 4, "Text")]
    assert found["cost"] == {"low": 0, "high": 0, "most": 0}  # scripted models are free
    assert found["prompt_tokens"] > 0
    assert (await client.get("/v1/batches")).ok()["totalCount"] == 0


async def test_prices_make_a_range_and_a_bound(client: Client) -> None:
    priced = {"name": "dear", "script": "[]", "input_price": 1000, "output_price": 2000}
    (await client.post("/v1/models", priced)).ok(201)
    prompts = [{**says("dear")[0], "max_tokens": 100}]
    await deploy(client, prompts=prompts)
    once = (await client.send("POST", ESTIMATE, raw=FILE, content_type="text/csv")).ok()["cost"]
    assert 0 < once["low"] < once["high"] < once["most"]
    thrice = (await client.send("POST", ESTIMATE + "?dedupe=false", raw=FILE, content_type="text/csv")).ok()["cost"]
    assert thrice["low"] > once["low"]


async def test_what_is_not_known_is_null_with_the_reason(client: Client) -> None:
    (await client.post("/v1/models", {"name": "far", "base_url": "http://127.0.0.1:9/v1"})).ok(201)
    await deploy(client, prompts=says("far"))
    found = (await client.send("POST", ESTIMATE, raw=FILE, content_type="text/csv")).ok()
    assert found["cost"] == {"low": None, "high": None, "most": None}
    assert "whose price is not known" in found["unbounded"][0]
    assert found["duration_s"] is None


async def test_the_time_is_known_once_its_model_has_answered(client: Client, system: System) -> None:
    await deploy(client)
    async with working(system):
        await ended(client, (await upload(client)).ok(202)["id"])
        found = (await client.send("POST", ESTIMATE, raw=FILE, content_type="text/csv")).ok()
    assert 0 <= found["duration_s"]["low"] <= found["duration_s"]["high"]


async def test_a_thousand_bad_rows_are_listed(client: Client) -> None:
    await deploy(client)
    file = b"Text,Colour\n" + b",red\n" * 1100
    answer = await client.send("POST", ESTIMATE, raw=file, content_type="text/csv")
    assert (answer.json["bad_rows"], len(answer.json["problems"])) == (1100, 1000)


async def test_all_bad_rows_are_told_as_a_file(client: Client) -> None:
    """However many; what a spreadsheet would take for a formula is none."""
    await deploy(client)
    file = b"Text,Colour\n" + b",red\n" * 1100 + b"shoe,red\nx,y,=1\n"
    answer = await client.send("POST", BAD_ROWS, raw=file, content_type="text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="bad-rows.csv"'
    told = list(csv.DictReader(io.StringIO(answer.raw.decode("utf-8-sig"), newline="")))
    assert [int(one["row"]) for one in told] == [*range(1, 1101), 1102]
    assert told[1099] == {
        "row": "1100", "line": "1101", "column": "Text", "problem": 'the required input "Text" is empty',
    }  # fmt: skip
    assert told[1100]["problem"].startswith("it has 3 cells")
    named = b"=cmd,Other\nx,y\n,z\n"
    mapped = "?map=%7B%22%3Dcmd%22%3A%22Text%22%7D"
    answer = await client.send("POST", BAD_ROWS + mapped, raw=named, content_type="text/csv")
    assert b"2,3,'=cmd," in answer.raw
    assert (await client.send("POST", BAD_ROWS, raw=b"Colour\nred\n", content_type="text/csv")).status == 400


async def test_a_file_of_objects_shows_its_first_rows_too(client: Client) -> None:
    await deploy(client)
    rows = b'{"Text": "shoe", "Size": 42}\n{"Text": "' + b"x" * 300 + b'", "Tags": ["a"]}\n'
    found = (await client.send("POST", ESTIMATE, raw=rows, content_type="application/x-ndjson")).ok()
    assert found["columns"] == ["Text", "Size", "Tags"]
    assert found["first_rows"] == [["shoe", "42", ""], ["x" * 200 + "…", "", '["a"]']]


async def test_a_file_that_cannot_be_used_is_refused(client: Client) -> None:
    await deploy(client)
    answer = await client.send("POST", ESTIMATE, raw=b"Colour\nred\n", content_type="text/csv")
    assert answer.status == 400
    assert 'no column for the required input "Text"' in answer.descriptions[0]
    assert answer.json["errors"][0]["extras"] == {
        "input": "Text",
        "columns": ["Colour"],
        "first_rows": [["red"]],
    }
    assert (await client.send("POST", ESTIMATE + "?sample=x", raw=FILE, content_type="text/csv")).status == 400
