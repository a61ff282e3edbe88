"""`pressrun jobs`: retry, cancel, delete."""

from typing import Annotated, Any

import typer

from pressrun.cli.client import Server, ask, at, with_server
from pressrun.cli.confirming import confirm
from pressrun.cli.flags import AsJson, JobId, Yes
from pressrun.cli.following import ended, how_to_find, tell, waiting_for
from pressrun.cli.printing import print_json, remark, say


def retry(
    job: JobId,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the job and print its text.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a failed job again, under the same id and on the same version.

    Example: pressrun jobs retry 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10 --wait
    """

    async def work(server: Server) -> dict[str, Any]:
        created: dict[str, Any] = await server.ask("POST", at("applications", "jobs", job, "retry"))
        if not wait:
            return created
        with waiting_for(job):
            return await ended(server, job)

    found = with_server(work)
    if wait:
        tell(found, as_json=as_json)
    elif as_json:
        print_json(found)
    else:
        say(found["id"])
        remark(f"accepted again; {how_to_find(job)}")


def cancel(job: JobId, as_json: AsJson = False) -> None:
    """Cancel a job; one that runs is asked to stop, one that has ended stays as it is.

    Example: pressrun jobs cancel 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10
    """
    found = ask("POST", at("applications", "jobs", job, "cancel"))
    if as_json:
        print_json(found)
    elif found["status"] == "in_progress":
        say(f"Job {found['id']} is {found['state']} and has been asked to stop.")
    else:
        say(f"Job {found['id']} is {found['state']}.")


def delete(job: JobId, yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete a job that has ended, with its inputs, its text and its timeline.

    Example: pressrun jobs delete 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10 --yes
    """
    if not yes:
        confirm(f"Delete the job {job} with its text and its timeline? It cannot be had back")
    deleted = ask("DELETE", at("applications", "jobs", job))
    if as_json:
        print_json(deleted)
    else:
        say(f"Deleted the job {deleted['id']}.")


COMMANDS = {"retry": retry, "cancel": cancel, "delete": delete}
