"""`pressrun webhooks deliveries|resend`: what became of telling."""

from typing import Annotated

import typer

from pressrun.cli.client import ask, at
from pressrun.cli.flags import AsJson
from pressrun.cli.printing import moment, print_json, print_table, remark, say


def deliveries(
    webhook: Annotated[str | None, typer.Option(help="Only those of this webhook.")] = None,
    state: Annotated[str | None, typer.Option(help="pending, delivered or failed.")] = None,
    event: Annotated[str | None, typer.Option(help="Only this event, such as job.failed.")] = None,
    job: Annotated[str | None, typer.Option(help="Only those about this job.")] = None,
    batch: Annotated[str | None, typer.Option(help="Only those about this batch.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to show.")] = 50,
    before: Annotated[str | None, typer.Option(help="Go on after this delivery.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what was sent or is to be sent, the newest first.

    Example: pressrun webhooks deliveries --state failed
    """
    found = ask(
        "GET",
        at("webhooks", "deliveries"),
        limit=limit,
        before=before,
        webhook_id=webhook,
        job_id=job,
        batch_id=batch,
        state=state,
        event=event,
    )
    if as_json:
        print_json(found)
        return
    print_table(
        ("ID", "Event", "State", "Attempts", "About", "Created", "Next attempt", "Error"),
        (
            (
                one["id"],
                one["event"],
                one["state"],
                one["attempts"],
                one["job_id"] or one["batch_id"],
                moment(one["created_at"]),
                moment(one["next_attempt_at"]),
                one["error"],
            )
            for one in found["data"]
        ),
        empty="There are no deliveries.",
    )
    if found["has_more"]:
        remark(f"There are more: --before {found['last_id']}")


def resend(
    delivery_id: Annotated[str, typer.Argument(metavar="DELIVERY", help="The delivery's id.")], as_json: AsJson = False
) -> None:
    """Send a message again, now, under the same webhook-id.

    Example: pressrun webhooks resend 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10
    """
    again = ask("POST", at("webhooks", "deliveries", delivery_id, "resend"))
    if as_json:
        print_json(again)
    else:
        say(f"{again['id']} is sent again; `pressrun webhooks show {again['id']}` tells what came of it.")


COMMANDS = {"deliveries": deliveries, "resend": resend}
