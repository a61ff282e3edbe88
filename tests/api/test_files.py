"""Files over HTTP, as both clients of Writer's really send them."""

import asyncio
from typing import Any

import pytest

from pressrun.api.disposition import attachment, name_of
from pressrun.organizations.keys import Scope
from tests.api.client import Answer, Client
from tests.api.samples import RANDOM_ID
from tests.api.server import Server

TEXT = b"Alpha beta.\nGamma delta.\n"


async def upload(client: Client, name: str, data: bytes = TEXT, *, query: str = "", **headers: str) -> Answer:
    """One upload; Python's client says text/plain of everything."""
    disposition = f'attachment; filename="{name}"'
    return await client.post(f"/v1/files{query}", raw=data, **{
        "content_type": "text/plain", "content_disposition": disposition, **headers,
    })  # fmt: skip


async def taken_in(client: Client, file_id: str) -> Any:
    """A file once its job has ended."""
    async with asyncio.timeout(30):
        while True:
            file = (await client.get(f"/v1/files/{file_id}")).ok()
            if file["status"] != "in_progress":
                return file
            (await client.get(f"/v1/applications/jobs/{file['job_id']}?wait=30")).ok()


async def test_a_file_from_upload_to_deletion(client: Client, worker: None) -> None:
    made = (await upload(client, "notes.txt")).ok()
    assert (made["name"], made["graph_ids"], made["media_type"]) == ("notes.txt", [], "text/plain")
    file = await taken_in(client, made["id"])
    assert (file["status"], file["words"], file["size"], file["has_text"]) == ("completed", 4, len(TEXT), True)
    page = (await client.get("/v1/files?limit=0&file_types=pdf,txt&status=completed&q=NOTE")).ok()
    assert [one["id"] for one in page["data"]] == [file["id"]]
    assert (page["has_more"], page["stored_files"], page["stored_bytes"]) == (False, 1, len(TEXT))
    text = (await client.get(f"/v1/files/{file['id']}/text?offset=6&limit=5")).ok()
    assert (text["text"], text["total"]) == ("beta.", 24)
    assert text["sections"] == [{"offset": 0, "page": None, "label": None}]
    (line,) = (await client.get("/v1/jobs?kind=ingest")).ok()["data"]
    assert (line["id"], line["inputs"]["name"], line["output"]) == (file["job_id"], "notes.txt", "4 words")
    assert (await client.get("/v1/jobs")).ok()["data"] == []
    assert (await client.get(f"/v1/applications/jobs/{file['job_id']}/prompts")).ok() == {"data": []}
    assert (await client.get(f"/v1/applications/jobs/{file['job_id']}/events")).ok()["data"][-1][
        "event"
    ] == "job.completed"
    assert (await client.delete(f"/v1/files/{file['id']}")).ok() == {"id": file["id"], "deleted": True}
    assert (await client.get(f"/v1/files/{file['id']}")).status == 404
    assert (await client.get("/v1/audit")).ok()["data"][0]["action"] == "file.deleted"


async def test_a_body_in_chunks_without_a_length(server: Server, client: Client) -> None:
    """Node's client sends a stream so, with the type that is right."""
    head = (
        f"POST /v1/files HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\nAuthorization: Bearer {client.token}\n"
        "Content-Type: text/html\nContent-Disposition: attachment; filename=page one.html\n"
    )
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (b"<p>He", b"llo</p>", b"")) + b"\r\n"
    answer = await server.raw(head, body)
    assert answer.startswith(b"HTTP/1.1 200"), answer
    assert b'"name":"page one.html"' in answer


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_refusals(server: Server, client: Client) -> None:
    limit = server.system.settings.max_file_bytes
    for answer, status, words in (
        (await upload(client, "x.exe"), 400, ".exe files are not taken"),
        (await upload(client, "x.pdf"), 400, "does not begin like one"),
        (await upload(client, "x.txt", b""), 400, "empty"),
        (await client.post("/v1/files", raw=TEXT, content_type="text/plain"), 400, "has no name"),
        (await upload(client, "x.txt", content_type="multipart/form-data; boundary=x"), 400, "without a form"),
        (await upload(client, "x.txt", query="?graphId=unknown"), 404, "no graph"),
        (await upload(client, "x.txt", b"x" * (limit + 1)), 413, "larger than"),
        (await client.get("/v1/files?status=done"), 400, "status must be"),
        (await client.get("/v1/files?order=up"), 400, "order must be"),
        (await client.post("/v1/files/retry", {"file_ids": [1]}), 400, "list of up to"),
        (await client.get("/v1/jobs?kind=other"), 400, "kind is"),
    ):  # fmt: skip
        assert answer.status == status, answer.raw
        assert words in answer.json["message"]
        assert answer.headers["x-should-retry"] == "false"
    assert (await client.get("/v1/files")).ok()["data"] == []


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_what_the_official_suites_ask(client: Client) -> None:
    for query in ("after=after&before=before&limit=0", "graph_id=graph_id", "file_types=file_types", "order=asc"):
        assert (await client.get(f"/v1/files?{query}")).ok()["data"] == []
    assert (await client.post("/v1/files/retry", {"file_ids": [RANDOM_ID]})).ok() == {"success": True, "job_ids": {}}


async def test_s32_s16_downloads(client: Client) -> None:
    data = bytes(range(256)) * 10
    polyglot = b"GIF89a/*<svg onload=alert(1)>*/" + data
    file_id = (await upload(client, "böse \u202e.gif", polyglot)).ok()["id"]
    path = f"/v1/files/{file_id}/download"
    whole = await client.get(path)
    assert (whole.status, whole.raw) == (200, polyglot)
    assert whole.headers["content-type"] == "image/gif"
    assert whole.headers["content-disposition"].startswith("attachment; ")
    policy = whole.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "sandbox"} <= set(policy)
    etag = whole.headers["etag"]
    for asked, status, expected in (
        ("bytes=0-9", 206, polyglot[:10]),
        ("bytes=2500-", 206, polyglot[2500:]),
        ("bytes=-7", 206, polyglot[-7:]),
        ("bytes=-999999", 200, polyglot),
        ("bytes=2500-999999", 206, polyglot[2500:]),
        ("lines=1-2", 200, polyglot),
    ):
        answer = await client.get(path, range=asked)
        assert (answer.status, answer.raw) == (status, expected), asked
    assert (await client.get(path, range="bytes=0-9", if_range='"other"')).status == 200
    assert (await client.get(path, range="bytes=0-9", if_range=etag)).status == 206
    for asked in ("bytes=999999-", "bytes=9-3", "bytes=0-1,3-4", "bytes=" + ",".join(f"{n}-" for n in range(1000))):
        refused = await client.get(path, range=asked)
        assert (refused.status, refused.headers["content-range"]) == (416, f"bytes */{len(polyglot)}")


async def test_bytes_that_are_missing_are_told(server: Server, client: Client) -> None:
    made = (await upload(client, "notes.txt")).ok()
    (blob,) = [path for path in server.system.settings.blobs_dir.rglob("*") if path.is_file()]
    blob.unlink()
    assert "missing" in (await client.get(f"/v1/files/{made['id']}/download")).json["message"]


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_the_quota_of_an_organization(server: Server, client: Client) -> None:
    settings = server.system.settings
    object.__setattr__(settings, "max_stored_bytes", 40)
    (await upload(client, "one.txt", b"x" * 30)).ok()
    answer = await upload(client, "two.txt", b"x" * 30)
    assert (answer.status, answer.json["errors"][0]["extras"]) == (507, {"limit": "stored_bytes", "most": 40})


async def test_reading_and_writing_are_two_scopes(server: Server, client: Client) -> None:
    file_id = (await upload(client, "notes.txt")).ok()["id"]
    reader = await server.caller(Scope.FILES_READ)
    assert (await reader.get(f"/v1/files/{file_id}/download")).status == 200
    assert (await reader.delete(f"/v1/files/{file_id}")).status == 403


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="a b.pdf"', "a b.pdf"),
        ("attachment; filename=a.pdf", "a.pdf"),
        ("attachment; filename=a b.pdf", "a b.pdf"),
        ("attachment; filename*=UTF-8''b%C3%B6se%20x.pdf", "böse x.pdf"),
        ("attachment; filename=\"old.pdf\"; filename*=UTF-8''new.pdf", "new.pdf"),
        ("attachment; filename*=UTF-8''new.pdf; filename=\"old.pdf\"", "new.pdf"),
        ('attachment; filename="böse.pdf"'.encode().decode("latin-1"), "böse.pdf"),
        ('attachment; filename="b\xf6se.pdf"', "böse.pdf"),
        ('attachment; filename="say \\"hi\\".pdf"', 'say "hi".pdf'),
        ("attachment", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_names_in_headers(header: str | None, name: str) -> None:
    assert name_of(header) == name


def test_the_name_of_a_download() -> None:
    assert attachment('bö"se\\.pdf') == "attachment; filename=\"b__se_.pdf\"; filename*=UTF-8''b%C3%B6%22se%5C.pdf"
    for name in ("a.pdf", "bö se.pdf", "日本.txt", 'q"uote.md'):
        assert name_of(attachment(name)) == name
