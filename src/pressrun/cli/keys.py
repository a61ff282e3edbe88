"""`pressrun keys`: who may ask the server for what."""

from typing import Annotated, Any

import typer

from pressrun.cli.client import ask, at
from pressrun.cli.confirming import confirm
from pressrun.cli.flags import AsJson, Yes
from pressrun.cli.printing import moment, print_json, print_table, remark, say
from pressrun.organizations.keys import Scope

DAY_S = 86_400


def create(
    name: Annotated[str, typer.Argument(help="What the key is for; only people read it.")],
    scope: Annotated[
        list[Scope] | None,
        typer.Option(help="What the key may do; repeat it. By default jobs:write, jobs:read and agents:read."),
    ] = None,
    fold_retries: Annotated[
        bool,
        typer.Option(
            "--fold-retries", help="Take a client's automatic repeat of a create for the same job, without a header."
        ),
    ] = False,
    expires_days: Annotated[
        int | None, typer.Option(min=1, max=3660, help="The key works for so many days; without it, until revoked.")
    ] = None,
    requests_per_minute: Annotated[
        int | None, typer.Option(min=1, help="Requests the key may send in a minute.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make an API key and print it, this once.

    Example: pressrun keys create shop --scope jobs:write --scope jobs:read
    """
    wanted: dict[str, Any] = {
        "name": name,
        "fold_retries": fold_retries,
        "scopes": [str(one) for one in scope] if scope else None,
        "expires_in_s": None if expires_days is None else expires_days * DAY_S,
        "requests_per_minute": requests_per_minute,
    }
    body = {field: value for field, value in wanted.items() if value is not None}
    made = ask("POST", at("keys"), body)
    if as_json:
        print_json(made)
        return
    say(made["key"])
    remark(f"{made['name']} may do {', '.join(made['scopes'])}. The key is shown this once: store it now.")


def list_keys(as_json: AsJson = False) -> None:
    """List the API keys, revoked ones too; never the keys themselves.

    Example: pressrun keys list
    """
    found = ask("GET", at("keys"))
    if as_json:
        print_json(found)
        return
    print_table(
        ("ID", "Name", "Ends in", "Scopes", "Created", "Last used", "Expires", "Revoked"),
        (
            (
                key["id"],
                key["name"],
                key["hint"],
                " ".join(key["scopes"]),
                moment(key["created_at"]),
                moment(key["last_used_at"]),
                moment(key["expires_at"]),
                moment(key["revoked_at"]),
            )
            for key in found["data"]
        ),
        empty="There are no keys.",
    )


def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `pressrun keys list` shows it.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """End a key; jobs it created go on.

    Example: pressrun keys revoke 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10 --yes
    """
    if not yes:
        known = {key["id"]: key["name"] for key in ask("GET", at("keys"))["data"]}
        confirm(f"Revoke the key {known.get(key_id, '')!r} ({key_id})? Whoever uses it is locked out")
    revoked = ask("DELETE", at("keys", key_id))
    if as_json:
        print_json(revoked)
    else:
        say(f"Revoked {revoked['name']} ({revoked['id']}).")


COMMANDS = {"create": create, "list": list_keys, "revoke": revoke}
