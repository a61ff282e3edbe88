"""What a job asked, told afterwards: the inputs and the earlier results stand in each prompt as they were sent."""

from pressrun.organizations.keys import Scope
from tests.api.client import Client
from tests.api.samples import RANDOM_ID, add_model, create, deploy, ended
from tests.api.server import Server

TWO = [
    {"name": "first", "model": "scripted", "system": "Be brief.", "prompt": "<@Text>"},
    {"name": "second", "model": "scripted", "prompt": "again: @first"},
]


async def test_each_prompt_as_it_was_sent(client: Client, worker: None) -> None:
    await deploy(client, prompts=TWO)
    done = await ended(client, await create(client, "a"))
    first, second = (await client.get(f"/v1/applications/jobs/{done['id']}/prompts")).ok()["data"]
    assert first["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "<a>"}]
    assert first["output"] == done["data"]["prompts"]["first"]
    assert second["messages"] == [{"role": "user", "content": f"again: {first['output']}"}]
    assert [call["outcome"] for call in second["calls"]] == ["completed"]
    assert (second["model"], second["part"]) == ("scripted", None)
    total = first["usage"]["total_tokens"] + second["usage"]["total_tokens"]
    assert total == done["usage"]["total_tokens"]


async def test_what_is_not_known_is_null(client: Client, worker: None) -> None:
    await add_model(client, "broken", {"fail": {"status": 400}})
    prompts = [*TWO, {"name": "third", "model": "broken", "prompt": "@second"}, {"name": "fourth", "prompt": "@Text"}]
    await deploy(client, prompts=prompts)
    failed = await ended(client, await create(client, "a"))
    asked = (await client.get(f"/v1/applications/jobs/{failed['id']}/prompts")).ok()["data"]
    assert [one["messages"] is None for one in asked] == [False, True, True, False]
    assert [one["output"] for one in asked] == [None] * 4
    assert [[call["outcome"] for call in one["calls"]] for one in asked] == [
        ["completed"],
        ["completed"],
        ["model_refused"],
        [],
    ]


async def test_with_fan_out_each_value_has_its_own(client: Client, worker: None) -> None:
    await deploy(client, prompts=TWO)
    done = await ended(client, await create(client, "a", "b", fan_out=True))
    asked = (await client.get(f"/v1/applications/jobs/{done['id']}/prompts")).ok()["data"]
    assert [(one["part"], one["prompt"]) for one in asked] == [
        (part, name) for part in (None, 1, 2) for name in ("first", "second")
    ]
    assert [len(one["calls"]) for one in asked] == [2, 2, 0, 0, 0, 0]
    assert asked[4]["messages"][1]["content"] == "<b>"
    assert [one["output"] for one in asked[3::2]] == [one["suggestion"] for one in done["data"]["results"]]


async def test_prompts_are_for_those_who_edit_them(server: Server, client: Client) -> None:
    await deploy(client)
    job_id = await create(client, "a")
    runner = await server.caller(Scope.JOBS_READ, Scope.JOBS_WRITE, Scope.AGENTS_READ)
    assert (await runner.get(f"/v1/applications/jobs/{job_id}/prompts")).status == 403
    assert (await client.get(f"/v1/applications/jobs/{RANDOM_ID}/prompts")).status == 404
    open_one = (await client.get(f"/v1/applications/jobs/{job_id}/prompts")).ok()["data"]
    assert (open_one[0]["messages"][0]["content"], open_one[0]["output"], open_one[0]["calls"]) == ("a", None, [])
