"""`pressrun webhooks`: who is told when jobs and batches have ended."""

import time
from typing import Annotated, Any

import typer

from pressrun.cli.client import ask, at
from pressrun.cli.confirming import confirm
from pressrun.cli.failure import Failure
from pressrun.cli.flags import AsJson, Yes
from pressrun.cli.printing import moment, print_json, print_table, remark, say

WebhookId = Annotated[str, typer.Argument(metavar="ID", help="The webhook's id, as `pressrun webhooks list` shows it.")]
HOUR_S = 3600
TEST_S = 40.0
"""Longer than one attempt may take."""


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to send what happened.")],
    name: Annotated[str, typer.Option(help="What it is for; only people read it.")] = "",
    event: Annotated[
        list[str] | None, typer.Option(help="What to tell, such as job.failed; repeat it. By default every end.")
    ] = None,
    agent: Annotated[str | None, typer.Option(help="Tell only of this agent's jobs and batches.")] = None,
    rows: Annotated[bool, typer.Option("--rows", help="Tell of the jobs of batches too, one by one.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell a URL when jobs and batches have ended, and print the secret that messages are signed with, this once.

    Example: pressrun webhooks add https://example.com/hooks/pressrun --event batch.completed
    """
    wanted: dict[str, Any] = {
        "url": url,
        "name": name or None,
        "events": event or None,
        "application_id": agent,
        "rows": rows or None,
    }
    made = ask("POST", at("webhooks"), {field: value for field, value in wanted.items() if value is not None})
    if as_json:
        print_json(made)
        return
    say(made["secret"])
    remark(f"Webhook {made['id']} is told {', '.join(made['events'])}. The secret is shown this once: store it now.")
    remark(f"`pressrun webhooks test {made['id']}` sends a message.")


def list_webhooks(as_json: AsJson = False) -> None:
    """List the webhooks, without their secrets.

    Example: pressrun webhooks list
    """
    found = ask("GET", at("webhooks"))
    if as_json:
        print_json(found)
        return
    print_table(
        ("ID", "Name", "State", "URL", "Events", "Agent", "Failing since", "Reason"),
        (
            (
                one["id"],
                one["name"],
                one["state"],
                one["url"],
                " ".join(one["events"]),
                one["application_id"] or "any",
                moment(one["failing_since"]),
                one["reason"],
            )
            for one in found["data"]
        ),
        empty="There are no webhooks: `pressrun webhooks add URL` makes one.",
    )


def show(
    webhook_id: Annotated[str, typer.Argument(metavar="ID", help="The id of a webhook, or of a delivery.")],
    as_json: AsJson = False,
) -> None:
    """Show a webhook, or a delivery with its attempts.

    Example: pressrun webhooks show 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10
    """
    pages = ask("GET", at("webhooks"))["data"]
    known = any(one["id"] == webhook_id for one in pages)
    found = ask("GET", at("webhooks", webhook_id) if known else at("webhooks", "deliveries", webhook_id))
    if as_json:
        print_json(found)
        return
    for field, value in found.items():
        if field != "log":
            say(f"{field}: {' '.join(value) if isinstance(value, list) else '' if value is None else value}")
    if "log" in found:
        rows = ((moment(one["at"]), one["duration_ms"], one["status"], one["error"]) for one in found["log"])
        print_table(("Attempt", "ms", "Status", "Error"), rows, empty="There was no attempt yet.")


def rotate(
    webhook_id: Annotated[
        str, typer.Argument(metavar="ID", help="The webhook's id; without one, the secret of URLs given with jobs.")
    ] = "",
    grace_hours: Annotated[
        int, typer.Option(min=0, max=720, help="For how long messages are signed with the old secret too.")
    ] = 24,
    as_json: AsJson = False,
) -> None:
    """Print a new secret, this once; for a while messages are signed with both.

    Example: pressrun webhooks rotate 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10 --grace-hours 48
    """
    path = at("webhooks", webhook_id or "secret", "rotate")
    made = ask("POST", path, {"grace_s": grace_hours * HOUR_S})
    if as_json:
        print_json(made)
        return
    say(made["secret"])
    remark(f"Until {moment(made['previous_until'])} messages are signed with the secret before it too.")


def remove(webhook_id: WebhookId, yes: Yes = False, as_json: AsJson = False) -> None:
    """Tell a URL nothing more.

    Example: pressrun webhooks remove 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10 --yes
    """
    if not yes:
        confirm(f"Remove the webhook to {ask('GET', at('webhooks', webhook_id))['url']}? It is told nothing more")
    removed = ask("DELETE", at("webhooks", webhook_id))
    if as_json:
        print_json(removed)
    else:
        say(f"Removed {removed['id']}.")


def enable(webhook_id: WebhookId, as_json: AsJson = False) -> None:
    """Tell a webhook again that was disabled; what failed meanwhile is sent again with `resend`.

    Example: pressrun webhooks enable 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10
    """
    _set_state(webhook_id, "enabled", as_json=as_json)


def disable(webhook_id: WebhookId, as_json: AsJson = False) -> None:
    """Tell a webhook nothing until it is enabled again.

    Example: pressrun webhooks disable 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10
    """
    _set_state(webhook_id, "disabled", as_json=as_json)


def _set_state(webhook_id: str, state: str, *, as_json: bool) -> None:
    changed = ask("PATCH", at("webhooks", webhook_id), {"state": state})
    if as_json:
        print_json(changed)
    else:
        say(f"Webhook {changed['id']} is {changed['state']}.")


def try_out(webhook_id: WebhookId, as_json: AsJson = False) -> None:
    """Send a message of type webhook.test, and tell what came of it.

    Example: pressrun webhooks test 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10
    """
    sent = ask("POST", at("webhooks", webhook_id, "test"))
    until = time.monotonic() + TEST_S
    while sent["state"] == "pending" and time.monotonic() < until:
        time.sleep(0.2)
        sent = ask("GET", at("webhooks", "deliveries", sent["id"]))
    if as_json:
        print_json(sent)
    if sent["state"] != "delivered":
        raise Failure(f"the message did not arrive: {sent['error'] or 'no attempt was made yet'}")
    if not as_json:
        say(f"Delivered in {sent['log'][-1]['duration_ms']} ms, answered {sent['log'][-1]['status']}.")


def secret(as_json: AsJson = False) -> None:
    """Print the secret that messages to a job's own `webhook_url` are signed with.

    Example: pressrun webhooks secret
    """
    found = ask("GET", at("webhooks", "secret"))
    if as_json:
        print_json(found)
    else:
        say(found["secret"])


COMMANDS = {
    "add": add,
    "list": list_webhooks,
    "show": show,
    "rotate": rotate,
    "remove": remove,
    "enable": enable,
    "disable": disable,
    "test": try_out,
    "secret": secret,
}
