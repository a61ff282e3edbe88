"""Agents: made, changed, found by id and alias, deleted."""

import asyncio
from typing import Any

from tests.api.client import Client
from tests.api.samples import AGENT, JOBS, RANDOM_ID, agent, create, deploy, job, says

YAML = b"""name: Echo
alias: echo
inputs:
  - name: Text
    type: text
    max_fields: 5
prompts:
  - name: say
    model: scripted
    prompt: "@Text"
output:
  title: Said
"""


async def test_json_and_yaml_make_the_same_draft(client: Client) -> None:
    made = (await client.post("/v1/applications", AGENT)).ok(201)
    assert (made["status"], made["deployed_version"], made["draft_changed"]) == ("draft", None, True)
    first = await client.get("/v1/applications/echo/draft")
    assert first.ok() == AGENT
    await client.delete("/v1/applications/echo")
    (await client.post("/v1/applications", raw=YAML, content_type="application/yaml; charset=utf-8")).ok(201)
    second = await client.get("/v1/applications/echo/draft")
    assert (second.raw, second.headers["x-draft-digest"]) == (first.raw, first.headers["x-draft-digest"])


async def test_yaml_faults_have_lines(client: Client) -> None:
    raw = YAML.replace(b"type: text", b"type: txt")
    refusal = await client.post("/v1/applications", raw=raw, content_type="text/yaml")
    assert refusal.status == 400
    assert "5" in refusal.json["message"]


async def test_an_id_of_ones_own(client: Client) -> None:
    made = (await client.post(f"/v1/applications?id={RANDOM_ID.upper()}", AGENT)).ok(201)
    assert made["id"] == RANDOM_ID
    assert (await client.post(f"/v1/applications?id={RANDOM_ID}", agent(alias="b"))).status == 409
    assert (await client.post("/v1/applications?id=mine", agent(alias="c"))).status == 400


async def test_ids_and_aliases_mean_the_same(client: Client) -> None:
    agent_id = await deploy(client)
    for path in ("", "/draft", "/versions", "/versions/1", "/jobs"):
        by_id = await client.get(f"/v1/applications/{agent_id}{path}")
        by_alias = await client.get(f"/v1/applications/echo{path}")
        assert by_id.status == 200
        assert by_id.raw == by_alias.raw
    job_id = await create(client, "a", reference="echo")
    assert (await job(client, job_id))["application_id"] == agent_id


async def test_drafts_are_found_on_request_only(client: Client) -> None:
    await client.post("/v1/applications", AGENT)
    assert (await client.get("/v1/applications/echo")).status == 404
    assert (await client.get("/v1/applications/echo?include=drafts")).ok()["status"] == "draft"


async def test_a_change_waits_for_deployment(client: Client) -> None:
    await deploy(client)
    changed = (await client.send("PATCH", "/v1/applications/echo", {"name": "New", "alias": "new"})).ok()
    assert (changed["name"], changed["alias"], changed["draft_changed"]) == ("Echo", "new", True)
    assert (await client.get("/v1/applications/echo")).status == 404
    deployed = (await client.post("/v1/applications/new/deploy", {"note": "renamed"})).ok()
    assert (deployed["name"], deployed["draft_changed"], deployed["deployed_version"]) == ("New", False, 2)
    (await client.send("PATCH", "/v1/applications/new", {"alias": None})).ok()
    assert (await client.get("/v1/applications/new")).status == 404


async def test_changes_that_break_it_are_refused(client: Client) -> None:
    await deploy(client)
    broken: list[dict[str, Any]] = [
        {"name": None},
        {"prompts": []},
        {"id": RANDOM_ID},
        {"deployed_version": 7},
        {"inputs": "Text"},
    ]
    for changes in broken:
        assert (await client.send("PATCH", "/v1/applications/echo", changes)).status == 400, changes
    assert (await client.get("/v1/applications/echo")).ok()["draft_changed"] is False


async def test_if_match_guards_a_draft(client: Client) -> None:
    await deploy(client)
    first = await client.get("/v1/applications/echo/draft")
    seen = first.headers["x-draft-digest"]
    assert first.headers["etag"] == f'"{seen}"'
    replaced = await client.send("PUT", "/v1/applications/echo/draft", agent(name="B"), if_match=f'"{seen}"')
    assert replaced.ok()["draft_changed"] is True
    now, saved_at = replaced.ok()["draft_digest"], replaced.ok()["draft_saved_at"]
    assert replaced.headers["etag"] == f'"{now}"' != f'"{seen}"'
    for method, path, body in (
        ("POST", "/v1/applications/echo/deploy", {"note": "x"}),
        ("PUT", "/v1/applications/echo/draft", agent(name="C")),
        ("PATCH", "/v1/applications/echo", {"name": "C"}),
    ):
        refusal = await client.send(method, path, body, if_match=seen)
        assert refusal.status == 409
        extras = refusal.json["errors"][0]["extras"]
        assert (extras["draft_digest"], extras["saved_by"], extras["saved_at"]) == (now, "test", saved_at)
        assert refusal.json["errors"][0]["key"] == "fail.conflict.state"
    assert (await client.get("/v1/applications/echo/draft")).ok()["name"] == "B"
    patched = await client.send("PATCH", "/v1/applications/echo", {"description": "d"}, if_match=f'W/"{now}"')
    newest = patched.ok()["draft_digest"]
    deployed = (await client.post("/v1/applications/echo/deploy", {"note": "x"}, if_match=f'"{newest}"')).ok()
    assert (deployed["draft_digest"], deployed["draft_changed"]) == (newest, False)


async def test_a_draft_of_one_agent_makes_another(client: Client) -> None:
    await deploy(client)
    draft = (await client.get("/v1/applications/echo/draft")).ok()
    assert (await client.post("/v1/applications", draft)).status == 409, "the alias is taken"
    copied = (await client.post("/v1/applications", {**draft, "name": "Copy", "alias": None})).ok(201)
    assert (copied["name"], copied["status"], copied["inputs"][0]["name"]) == ("Copy", "draft", "Text")


async def test_a_deleted_agent_leaves_its_jobs(client: Client) -> None:
    agent_id = await deploy(client)
    job_id = await create(client, "a")
    assert (await client.delete("/v1/applications/echo")).ok() == {"id": agent_id, "deleted": True}
    for path in (f"/v1/applications/{agent_id}", JOBS, "/v1/applications/echo/draft"):
        assert (await client.get(path)).status == 404
    assert (await client.delete(f"/v1/applications/{agent_id}")).status == 404
    assert (await job(client, job_id))["application_id"] == agent_id


async def test_one_alias_has_one_holder(client: Client) -> None:
    answers = await asyncio.gather(*(client.post("/v1/applications", AGENT) for _ in range(16)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 15
    assert len((await client.get("/v1/applications?include=drafts")).ok()["data"]) == 1


async def test_an_unknown_model_is_found_at_deployment(client: Client) -> None:
    await client.post("/v1/applications", agent(prompts=says("gone")))
    refusal = await client.post("/v1/applications/echo/deploy")
    assert refusal.status == 400
    assert refusal.json["errors"][0]["extras"] == {"prompt": "say", "model": "gone"}
    assert "scripted" in refusal.json["message"]
    assert (await client.get("/v1/applications/echo")).status == 404


async def test_deployment_warns(client: Client) -> None:
    await client.post("/v1/applications", agent(prompts=[{"name": "say", "model": "scripted", "prompt": "@Txt"}]))
    (warning, *_) = (await client.post("/v1/applications/echo/deploy")).ok()["warnings"]
    assert "Txt" in warning or "Text" in warning
