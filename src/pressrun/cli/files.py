"""`pressrun files`: what was uploaded, for the inputs of agents and for graphs."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pressrun.cli.batch_results import STANDARD_OUTPUT, download, refuse_unwritable
from pressrun.cli.client import ask, at, with_server
from pressrun.cli.confirming import confirm
from pressrun.cli.flags import AsJson, Yes
from pressrun.cli.printing import moment, print_json, print_table, remark, say

FileId = Annotated[str, typer.Argument(metavar="FILE", help="The file's id.")]
FileIds = Annotated[list[str], typer.Argument(metavar="FILE…", help="Ids of files.")]
MOST = 100
KILO = 1000
SHORT = 60


def list_files(
    name: Annotated[str | None, typer.Option(help="Files with this in their name.")] = None,
    status: Annotated[str | None, typer.Option(help="in_progress, completed or failed.")] = None,
    types: Annotated[str | None, typer.Option(help="Extensions, with commas between.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List files, the newest first.

    Example: pressrun files list --status failed
    """
    found: list[dict[str, Any]] = []
    page: dict[str, Any] = {"has_more": True, "last_id": None}
    while page["has_more"] and len(found) < limit:
        left = min(MOST, limit - len(found))
        page = ask("GET", at("files"), limit=left, after=page["last_id"], q=name, status=status, file_types=types)
        found += page["data"]
    if as_json:
        print_json({**page, "data": found})
        return
    print_table(
        ("ID", "Name", "Size", "Words", "Status", "Uploaded", "Error"),
        (
            (
                one["id"],
                one["name"],
                size(one["size"]),
                _words(one),
                one["status"],
                moment(one["created_at"]),
                (one["error"] or "")[:SHORT],
            )
            for one in found
        ),
        empty="There are no such files: `pressrun files upload FILE` keeps one.",
    )
    remark(f"{page['stored_files']:,} files, {size(page['stored_bytes'])} of {size(page['max_stored_bytes'])}")


def show(file: FileId, as_json: AsJson = False) -> None:
    """Show what is known of a file, and why it has failed.

    Example: pressrun files show 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10
    """
    found = ask("GET", at("files", file))
    if as_json:
        print_json(found)
        return
    say(f"File {found['id']}", style="bold")
    say(f"Name      {found['name']}")
    say(f"Type      {found['media_type']}, {size(found['size'])}")
    say(f"SHA-256   {found['digest']}")
    say(f"Status    {found['status']}", style={"failed": "red", "completed": "green"}.get(found["status"], "cyan"))
    if found["error"]:
        say(f"Error     {found['error_code']}: {found['error']}", style="red")
    if found["words"] is not None:
        pages = "" if found["pages"] is None else f" on {found['pages']:,} pages"
        say(f"Text      {found['words']:,} words{pages}")
    if found["passages_total"] is not None:
        say(f"Passages  {found['passages']:,} of {found['passages_total']:,} can be found")
    if found["graph_ids"]:
        say(f"Graphs    {', '.join(found['graph_ids'])}")
    if found["job_id"]:
        say(f"Job       {found['job_id']}")
    say(f"Uploaded  {moment(found['created_at'])}")


def download_file(
    file: FileId,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="Where to; by default its own name here, - for standard output."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Download a file as it was uploaded; one that is there already is not replaced unless it is named.

    Example: pressrun files download 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10 -o report.pdf
    """
    found = ask("GET", at("files", file))
    target = output or _free_name(found["name"])
    refuse_unwritable(target)
    with_server(lambda server: download(server, at("files", file, "download"), {}, target))
    if as_json and target != STANDARD_OUTPUT:
        print_json({**found, "path": target})
    elif target != STANDARD_OUTPUT:
        say(target)


def delete(files: FileIds, yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete files, for good; jobs that wait for them fail, graphs forget them.

    Example: pressrun files delete 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10 --yes
    """
    if not yes:
        found = [ask("GET", at("files", one)) for one in files]
        used = sum(bool(one["graph_ids"]) for one in found)
        where = f", {used} of them in graphs" if used else ""
        names = ", ".join(one["name"] for one in found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
        confirm(f"Delete {names}{where}?")
    deleted = [ask("DELETE", at("files", one)) for one in files]
    if as_json:
        print_json({"data": deleted})
    else:
        say(f"Deleted {len(deleted)} file{'' if len(deleted) == 1 else 's'}.")


def retry(files: FileIds, as_json: AsJson = False) -> None:
    """Take failed files in again; others are left alone.

    Example: pressrun files retry 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10
    """
    done = ask("POST", at("files", "retry"), {"file_ids": files})
    if as_json:
        print_json(done)
    else:
        say(f"{len(done['job_ids'])} of {len(files)} had failed and are taken in again.")


def size(count: int) -> str:
    """A number of bytes for people."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < KILO:
            break
        value, unit = value / KILO, larger
    return f"{value:,.0f} {unit}" if unit == "B" or value >= 10 else f"{value:,.1f} {unit}"


def _words(file: dict[str, Any]) -> str:
    return "" if file["words"] is None else f"{file['words']:,}"


def _free_name(name: str) -> str:
    """The file's own name, with a number where something of that name is here: the name is a stranger's."""
    path = Path(name)
    number = 1
    while path.exists():
        number += 1
        path = Path(f"{Path(name).stem} ({number}){Path(name).suffix}")
    return path.name


COMMANDS = {"list": list_files, "show": show, "download": download_file, "delete": delete, "retry": retry}
