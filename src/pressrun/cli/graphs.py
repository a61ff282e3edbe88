"""`pressrun graphs`: collections of files that agents cite and that questions are asked of."""

from typing import Annotated, Any

import typer

from pressrun.cli.client import ask, at
from pressrun.cli.confirming import confirm
from pressrun.cli.failure import Failure
from pressrun.cli.flags import AsJson, Yes
from pressrun.cli.printing import moment, print_json, print_table, remark, say

GraphId = Annotated[str, typer.Argument(metavar="GRAPH", help="The graph's id or name.")]
GraphIds = Annotated[list[str], typer.Argument(metavar="GRAPH…", help="Ids or names of graphs.")]
MOST = 100


def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people call it.")],
    description: Annotated[str | None, typer.Option(help="What is in it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a graph without files, and print its id.

    Example: pressrun graphs create handbooks --description "What we tell our customers"
    """
    made = ask("POST", at("graphs"), {"name": name, **({"description": description} if description else {})})
    if as_json:
        print_json(made)
        return
    say(made["id"])
    remark(f"`pressrun graphs add {made['id']} FILE …` puts files into it.")


def list_graphs(as_json: AsJson = False) -> None:
    """List the graphs.

    Example: pressrun graphs list
    """
    found = every_graph()
    if as_json:
        print_json({"data": found})
        return
    print_table(
        ("ID", "Name", "Files", "In progress", "Failed", "Passages", "Created"),
        (
            (
                one["id"],
                one["name"],
                one["file_status"]["total"],
                one["file_status"]["in_progress"],
                one["file_status"]["failed"],
                f"{one['passages']:,}",
                moment(one["created_at"]),
            )
            for one in found
        ),
        empty="There are no graphs: `pressrun graphs create NAME` makes one.",
    )


def show(graph: GraphId, as_json: AsJson = False) -> None:
    """Show a graph and its files.

    Example: pressrun graphs show handbooks
    """
    found = find_graph(graph)
    files = ask("GET", at("files"), graph_id=found["id"], limit=MOST)["data"]
    if as_json:
        print_json({**found, "files": files})
        return
    say(f"Graph {found['id']}", style="bold")
    say(f"Name      {found['name']}")
    if found["description"]:
        say(f"About     {found['description']}")
    status = found["file_status"]
    say(f"Files     {status['completed']:,} ready, {status['in_progress']:,} in progress, {status['failed']:,} failed")
    say(f"Passages  {found['passages']:,}")
    say(f"Search    {_search(found)}")
    say(f"Created   {moment(found['created_at'])}")
    for one in found["urls"]:
        say(f"Page      {one['url']}: {one['status']['error'] or one['status']['status']}")
    print_table(
        ("File", "Name", "Status", "Error"),
        ((one["id"], one["name"], one["status"], one.get("error")) for one in files),
        empty="No files: `pressrun graphs add GRAPH FILE` adds one.",
    )


def _search(found: dict[str, Any]) -> str:
    if found["search"] == "hybrid":
        return "by meaning and by words"
    return "by words alone: no embedder is installed, `pressrun models install` installs it"


def remove(
    graph: GraphId,
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Ids of files.")],
    as_json: AsJson = False,
) -> None:
    """Take files out of a graph; the files themselves stay.

    Example: pressrun graphs remove handbooks 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10
    """
    found = find_graph(graph)
    removed = [ask("DELETE", at("graphs", found["id"], "file", one)) for one in files]
    if as_json:
        print_json({"data": removed})
    else:
        say(f"Removed {len(removed)} file{'' if len(removed) == 1 else 's'}.")


def delete(graph: GraphId, yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete a graph; its files stay. Agents that name it fail until they name another.

    Example: pressrun graphs delete handbooks --yes
    """
    found = find_graph(graph)
    if not yes:
        confirm(f"Delete the graph {found['name']} with {found['file_status']['total']:,} files? The files stay")
    deleted = ask("DELETE", at("graphs", found["id"]))
    if as_json:
        print_json(deleted)
    else:
        say(f"Deleted {deleted['id']}.")


def every_graph() -> list[dict[str, Any]]:
    """All graphs, newest first."""
    found: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        page = ask("GET", at("graphs"), limit=MOST, after=after)
        found += page["data"]
        if not page["has_more"]:
            return found
        after = page["last_id"]


def find_graph(name: str) -> dict[str, Any]:
    """The graph with an id, or the only one with a name; raises Failure."""
    named = [one for one in every_graph() if name in {one["id"], one["name"]}]
    if len(named) == 1:
        return named[0]
    if named:
        ids = ", ".join(one["id"] for one in named)
        raise Failure(f"{len(named)} graphs are called {name!r}: say which by its id: {ids}")
    found: dict[str, Any] = ask("GET", at("graphs", name))  # says what is wrong
    return found


COMMANDS = {"create": create, "list": list_graphs, "show": show, "remove": remove, "delete": delete}
