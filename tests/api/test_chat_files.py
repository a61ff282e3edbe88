"""Files in chats: images are shown, texts are told, where a message names them."""

import pytest

from pressrun.models.provider import ImagePart
from pressrun.organizations.keys import Scope
from tests.api.chats import CHAT, message_of, says, scripted
from tests.api.client import Client
from tests.api.server import Server
from tests.api.test_graphs import upload

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)


async def test_files_are_shown_where_they_are_named(server: Server, client: Client, worker: None) -> None:
    await scripted(client, "sees", {"answer": "{prompt} | {images}"}, vision=True)
    await scripted(client, "blind", {"answer": "{prompt}"})
    headers = {"content_disposition": "attachment; filename=a.png", "content_type": "image/png"}
    image_id = (await client.post("/v1/files", raw=PNG, **headers)).ok()["id"]
    note_id = await upload(client, "note.txt", "a shoe")
    await client.get(f"/v1/applications/jobs/{(await client.get(f'/v1/files/{note_id}')).ok()['job_id']}?wait=30")

    def asked(model: str, prompt: str, **variables: str) -> dict[str, object]:
        named = [{"name": name, "file_id": file_id} for name, file_id in variables.items()]
        tool = {"type": "vision", "function": {"model": "palmyra-vision", "variables": named}}
        return says(prompt, model=model, tools=[tool])

    body = asked("sees", "Is {{image 1}} {{note}}? {{other}}", **{"image 1": image_id, "note": note_id})
    shown = ImagePart.of("image/png", PNG).fingerprint
    assert message_of(await client.post(CHAT, body))["content"] == f"Is  a shoe? {{{{other}}}} | {shown}"
    assert message_of(await client.post(CHAT, asked("blind", "{{n}}!", n=note_id)))["content"] == "a shoe!"
    assert (await client.post(CHAT, asked("blind", "{{i}}", i=image_id))).status == 400
    assert (await client.post(CHAT, asked("sees", "{{i}}", i="nothing"))).status == 404
    caller = await server.caller(Scope.JOBS_WRITE)
    assert (await caller.post(CHAT, asked("scripted", "{{n}}", n=note_id))).status == 403
    wrong = {"type": "vision", "function": {"variables": [{"name": "x"}]}}
    assert (await client.post(CHAT, says("x", tools=[wrong]))).status == 400
