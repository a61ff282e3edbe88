"""`pressrun sessions`: who is signed in to the studio, and signing them out."""

from typing import Annotated, Any

import typer

from pressrun.cli.client import ask, at
from pressrun.cli.confirming import confirm
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.flags import AsJson, Yes
from pressrun.cli.printing import moment, print_json, print_table, say

Of = Annotated[
    str | None,
    typer.Option(
        "--person", metavar="PERSON", help="Somebody's: their id, e-mail address or name. Needs an admin key."
    ),
]


def list_sessions(person: Of = None, as_json: AsJson = False) -> None:
    """List the sessions of the studio that your key has signed in, or those of a person; the newest first.

    Example: pressrun sessions list --person ada@example.com
    """
    found = ask("GET", _path(None if person is None else _find(person)))
    if as_json:
        print_json(found)
        return
    print_table(
        ("ID", "Signed in", "Last seen", "Ends"),
        (
            (one["id"], moment(one["signed_in_at"]), moment(one["last_seen_at"]), moment(one["expires_at"]))
            for one in found["data"]
        ),
        empty="Nobody is signed in.",
    )


def end(
    session_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="The session's id, as `pressrun sessions list` shows it.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="End all of them.")] = False,
    person: Of = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """End a session of the studio, or all that your key has signed in, or a person's.

    Example: pressrun sessions end --all --person ada@example.com --yes
    """
    if (session_id is None) != every:
        raise Failure("say which session, or --all, and not both", code=ExitCode.USAGE)
    whose = None if person is None else _find(person)
    if not yes:
        what = "all sessions" if session_id is None else f"the session {session_id}"
        confirm(f"End {what} of {'your key' if whose is None else whose['name']!r}? The studio asks to sign in again")
    ended = ask("DELETE", _path(whose, session_id))
    if as_json:
        print_json(ended)
    elif session_id is None:
        count = len(ended["data"])
        say(f"Ended {count} {'session' if count == 1 else 'sessions'}.")
    else:
        say(f"Ended {ended['id']}.")


def _path(person: dict[str, Any] | None, session_id: str | None = None) -> str:
    whose = () if person is None else ("people", str(person["id"]))
    return at(*whose, "sessions", *(() if session_id is None else (session_id,)))


def _find(word: str) -> dict[str, Any]:
    """The person that a word means; raises Failure when there is none, or more than one."""
    people = ask("GET", at("people"))["data"]
    found: list[dict[str, Any]] = [one for one in people if word in (one["id"], one["email"], one["name"])]
    if len(found) != 1:
        raise Failure(f"{len(found) or 'no'} people are {word!r}: give an id or an e-mail address of `GET /v1/people`")
    return found[0]


COMMANDS = {"list": list_sessions, "end": end}
