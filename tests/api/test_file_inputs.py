"""Jobs, generations and batches that are given files and images."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from tests.api.client import Client
from tests.api.samples import RANDOM_ID, add_model, ended
from tests.api.server import Server, working
from tests.api.test_files import taken_in, upload

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
JOBS = "/v1/applications/reader/jobs"

sqlite_only = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


async def deploy(client: Client, model: str = "scripted", **report: Any) -> list[str]:
    """An agent that gives the text of a file back, and looks at a photo; what was warned of."""
    inputs = [
        {"name": "Report", "type": "file", "required": False, "max_files": 2, **report},
        {"name": "Photo", "type": "media", "required": False},
    ]
    prompts = [{"name": "say", "model": model, "prompt": "Read: @Report Look: @Photo"}]
    body = {"name": "Reader", "alias": "reader", "inputs": inputs, "prompts": prompts}
    made = (await client.post("/v1/applications", body)).ok(201)
    return list((await client.post(f"/v1/applications/{made['id']}/deploy")).ok()["warnings"])


def asking(**values: list[str]) -> dict[str, Any]:
    return {"inputs": [{"id": name, "value": value} for name, value in values.items()]}


async def said(client: Client, **values: list[str]) -> Any:
    """The end of a job with these values."""
    return await ended(client, (await client.post(JOBS, asking(**values))).ok(202)["id"])


async def test_a_job_reads_files(client: Client, worker: None) -> None:
    """One that is still being taken in is waited for, and the attempt is not charged."""
    await deploy(client)
    one = (await upload(client, "one.txt", b"First text.")).ok()["id"]
    two = (await upload(client, "two.txt", b"@Report {{Photo}} stays as it is.")).ok()["id"]
    done = await said(client, Report=[one, two])
    assert done["data"]["suggestion"] == "Read: First text.\n@Report {{Photo}} stays as it is. Look: "
    assert "notes" not in done["data"]
    (asked,) = (await client.get(f"/v1/applications/jobs/{done['id']}/prompts")).ok()["data"]
    assert asked["messages"][-1]["content"] == done["data"]["suggestion"]
    again = (await client.post("/v1/applications/reader", asking(Report=[one]))).ok()
    assert again["suggestion"] == "Read: First text. Look: "


@sqlite_only
async def test_refusals_name_every_fault(client: Client) -> None:
    await deploy(client, file_types=["txt"])
    picture = (await upload(client, "x.png", PNG)).ok()["id"]
    for path in (JOBS, "/v1/applications/reader"):
        answer = await client.post(path, asking(Report=[RANDOM_ID, picture], Photo=["https://example.com/x.png"]))
        assert answer.status == 400
        assert answer.json["extras"]["error_type"] == "InvalidInputParameters"
        assert [one["extras"]["input"] for one in answer.json["errors"]] == ["Report", "Report", "Photo"]


async def test_a_file_that_is_deleted_before_it_is_read(server: Server, client: Client) -> None:
    await deploy(client)
    file_id = (await upload(client, "one.txt", b"First text.")).ok()["id"]
    job_id = (await client.post(JOBS, asking(Report=[file_id]))).ok(202)["id"]
    (await client.delete(f"/v1/files/{file_id}")).ok()
    async with working(server.system):
        done = await ended(client, job_id)
    assert (done["state"], done["error_code"]) == ("failed", "file_missing")
    assert "deleted after this job was accepted" in done["error"]


async def test_images_go_to_models_that_see(client: Client, worker: None) -> None:
    await add_model(client, "sees", {"images": 1, "answer": "I see {images}"}, {"answer": "nothing to see"})
    await add_model(client, "blind", {"answer": "I am blind"})
    (await client.send("PATCH", "/v1/models/sees", {"vision": True})).ok()
    assert await deploy(client, "sees") == []
    photo = (await upload(client, "x.png", PNG)).ok()["id"]
    done = await said(client, Photo=[photo])
    assert done["data"]["suggestion"].startswith("I see image/png:")
    assert (await said(client))["data"]["suggestion"] == "nothing to see"
    (await client.send("PATCH", "/v1/models/sees", {"vision": False})).ok()
    refusal = await client.post(JOBS, asking(Photo=[photo]))
    assert (refusal.status, refusal.json["errors"][0]["extras"]) == (400, {"input": "Photo", "reason": "no_vision"})
    assert (await client.post(JOBS, asking())).status == 202
    (warning,) = (await client.post("/v1/applications/reader/deploy")).ok()["warnings"]
    assert "shows an image to the model 'sees', which takes none" in warning


@sqlite_only
async def test_what_a_model_cannot_read_is_left_out_and_said(client: Client, worker: None) -> None:
    await deploy(client)
    file_id = (await upload(client, "long.txt", b"word " * 50_000)).ok()["id"]
    await taken_in(client, file_id)
    done = await said(client, Report=[file_id])
    (note,) = done["data"]["notes"]
    assert "of 50,000 words were given to the model" in note
    assert 20_000 < len(done["data"]["suggestion"].split()) < 50_000
    events = (await client.get(f"/v1/applications/jobs/{done['id']}/events")).ok()["data"]
    assert events[-1]["data"]["notes"] == [note]


@sqlite_only
async def test_urls_are_fetched_by_the_worker(client: Client, worker: None) -> None:
    await deploy(client, upload_types=["url"], max_file_size_mb=1)
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        match request.path:
            case "/page.html":
                return web.Response(text="<p>A <b>page</b>", content_type="text/html")
            case "/away":
                return web.Response(status=302, headers={"location": "/page.html"})
            case "/large.txt":
                return web.Response(body=b"x " * 2**20)
            case "/bomb.txt":
                return web.Response(body=b"x", headers={"content-encoding": "gzip"})
            case _:
                return web.Response(status=404)

    runner = web.AppRunner(web.Application())
    runner.app.router.add_get("/{path:.*}", answer)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        assert (await said(client, Report=[f"{base}/page.html"]))["data"]["suggestion"] == "Read: A page Look: "
        for path, code, words in (
            ("/away", "url_failed", "answered 302"),
            ("/large.txt", "url_failed", "larger than 1,048,576 bytes"),
            ("/gone.txt", "url_failed", "answered 404"),
            ("/bomb.txt", "url_failed", "encoded as gzip"),
        ):
            failed = await said(client, Report=[base + path])
            assert (failed["error_code"], words in failed["error"]) == (code, True), failed["error"]
        assert (await said(client, Report=["http://10.0.0.1/x.txt"]))["error_code"] == "url_failed"
    finally:
        await runner.cleanup()
    assert asked.count("/page.html") == 1


async def test_a_batch_names_files(client: Client, worker: None) -> None:
    """By id, by name, several in a cell; a row that names none that there is is bad."""
    await deploy(client)
    ids = [(await upload(client, name, f"Text of {name}".encode())).ok()["id"] for name in ("a.txt", "b c.txt")]
    await asyncio.gather(*(taken_in(client, one) for one in ids))
    rows = f'Report\na.txt\n"{ids[1]}; a.txt"\nnobody.txt\n'
    path = "/v1/applications/reader/batches"
    refusal = await client.post(path, raw=rows.encode(), content_type="text/csv")
    assert refusal.status == 400
    assert 'there is no file "nobody.txt"' in refusal.json["message"]
    made = (await client.post(f"{path}?on_bad_rows=skip", raw=rows.encode(), content_type="text/csv")).ok(202)
    found = await _rows_at(client, made["id"], "completed_with_errors")
    assert [one["suggestion"] for one in found] == [
        "Read: Text of a.txt Look: ", "Read: Text of b c.txt\nText of a.txt Look: ", None,
    ]  # fmt: skip
    refusal = await client.post(f"/v1/batches/{made['id']}/rows", {"rows": [{"row": 3, "Report": "gone.txt"}]})
    assert (refusal.status, 'there is no file "gone.txt"' in refusal.json["message"]) == (400, True)
    (await client.post(f"/v1/batches/{made['id']}/rows", {"rows": [{"row": 3, "Report": "b c.txt"}]})).ok(202)
    found = await _rows_at(client, made["id"], "completed")
    assert found[2]["suggestion"] == "Read: Text of b c.txt Look: "


async def _rows_at(client: Client, batch_id: str, state: str) -> Any:
    """The rows of a batch once it has come to a state."""
    async with asyncio.timeout(30):
        while (await client.get(f"/v1/batches/{batch_id}")).ok()["state"] != state:
            await asyncio.sleep(0.05)
    return (await client.get(f"/v1/batches/{batch_id}/rows")).ok()["data"]
