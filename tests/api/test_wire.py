"""Golden answers: every key, in order, of the shapes that clients rely on."""

from typing import Any

from dirty_equals import IsStr, IsUUID

from pressrun.jobs.reason import PLACES
from tests.api.client import Client
from tests.api.samples import JOBS, create, deploy, ended, job, text

IsTime = IsStr(regex=r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


NOTHING_MORE = {"cached_prompt_tokens": 0, "unpriced_calls": 0, "reasks": 0, "reask_cost": 0.0}


def identical(value: Any, expected: dict[str, Any]) -> None:
    assert value == expected
    assert list(value) == list(expected), "the order of the keys is part of it"


async def test_created_job(client: Client) -> None:
    agent_id = await deploy(client)
    made = (await client.post(JOBS, text("a"))).ok(202)
    identical(
        made,
        {
            "id": IsUUID,
            "job_id": made["id"],
            "application_id": agent_id,
            "status": "in_progress",
            "created_at": IsTime,
        },
    )


def queued_job(job_id: str, agent_id: str) -> dict[str, Any]:
    return {
        "id": job_id,
        "status": "in_progress",
        "application_id": agent_id,
        "created_at": IsTime,
        "updated_at": IsTime,
        "completed_at": None,
        "data": None,
        "error": None,
        "state": "queued",
        "agent_version": 1,
        "attempts": 0,
        "generation": 1,
        "error_code": None,
        "queued_reason": "no worker is alive: start one with `pressrun serve` or `pressrun work`",
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0, **NOTHING_MORE},
        "cost": None,
        "currency": "USD",
        "priority": 3,
        "started_at": None,
        "deadline_at": IsTime,
        "cancel_requested": False,
        "metadata": {"sku": "7"},
        "inputs": [{"id": "Text", "value": ["a b", "c"]}],
        "batch_id": None,
        "row": None,
        "reused_from": None,
    }


async def test_queued_job(client: Client) -> None:
    agent_id = await deploy(client)
    job_id = await create(client, "a b", "c", metadata={"sku": "7"}, priority=3)
    identical(await job(client, job_id), queued_job(job_id, agent_id))


async def test_completed_job(client: Client, worker: None) -> None:
    agent_id = await deploy(client)
    job_id = await create(client, "a b", "c", metadata={"sku": "7"}, priority=3)
    expected = queued_job(job_id, agent_id) | {
        "status": "completed",
        "completed_at": IsTime,
        "data": {"title": "Said", "suggestion": "a b\nc", "prompts": {"say": "a b\nc"}, "models": {"say": "scripted"}},
        "state": "completed",
        "attempts": 1,
        "queued_reason": None,
        "usage": {"prompt_tokens": 3, "completion_tokens": 3, "total_tokens": 6, **NOTHING_MORE},
        "cost": 0.0,
        "started_at": IsTime,
    }
    identical(await ended(client, job_id), expected)


async def test_page_of_jobs(client: Client) -> None:
    agent_id = await deploy(client)
    job_id = await create(client, "a b", "c", metadata={"sku": "7"}, priority=3)
    page = (await client.get(JOBS)).ok()
    expected = {
        "result": [queued_job(job_id, agent_id) | {"queued_reason": PLACES}],
        "totalCount": 1,
        "pagination": {"offset": 0, "limit": 100},
    }
    identical(page, expected)


async def test_page_of_applications(client: Client) -> None:
    inputs = [
        {"name": "Text", "type": "text", "max_fields": 5, "description": "what to say"},
        {"name": "Tone", "type": "dropdown", "options": ["dry", "warm"], "required": False},
        {"name": "Brief", "type": "file", "required": False},
        {"name": "Photo", "type": "media", "required": False},
    ]
    agent_id = await deploy(client, inputs=inputs)
    page = (await client.get("/v1/applications")).ok()
    (application,) = page["data"]
    photo, brief = application["inputs"].pop(), application["inputs"].pop()
    expected = {
        "id": agent_id,
        "name": "Echo",
        "type": "generation",
        "status": "deployed",
        "inputs": [
            {
                "name": "Text",
                "input_type": "text",
                "required": True,
                "description": "what to say",
                "options": {"min_fields": 1, "max_fields": 5},
            },
            {"name": "Tone", "input_type": "dropdown", "required": False, "options": {"list": ["dry", "warm"]}},
        ],
        "created_at": IsTime,
        "updated_at": IsTime,
        "last_deployed_at": IsTime,
        "alias": "echo",
        "deployed_version": 1,
        "last_version": 1,
        "draft_changed": False,
        "draft_digest": IsStr(regex="[0-9a-f]{64}"),
        "draft_saved_at": IsTime,
    }
    identical(page, {"data": [expected], "has_more": False, "first_id": agent_id, "last_id": agent_id})
    # Writer's client takes an incomplete options object for a dropdown's.
    assert list(brief["options"]) == ["max_files", "file_types", "max_word_count", "max_file_size_mb", "upload_types"]
    assert list(photo["options"]) == ["file_types", "max_image_size_mb"]
    assert None not in [*brief["options"].values(), *photo["options"].values()]


async def test_error_body(client: Client) -> None:
    await deploy(client)
    refusal = await client.post(JOBS, {"inputs": [{"id": "Txt", "value": ["a"]}]})
    assert refusal.status == 400
    entry = {"description": IsStr, "key": "fail.badRequest.invalidParameters", "extras": {"input": "Text"}}
    expected = {
        "tpe": "BadRequest",
        "message": "; ".join(line.rstrip(".") for line in refusal.descriptions),
        "errors": [entry | {"extras": {"input": "Txt", "valid": ["Text"]}}, entry],
        "extras": {"error_type": "InvalidInputParameters"},
    }
    identical(refusal.json, expected)
    identical(refusal.json["errors"][1], entry)
