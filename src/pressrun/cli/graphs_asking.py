"""`pressrun graphs ask` and `search`: questions, and passages."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

import typer

from pressrun.cli.client import Server, ask, at, with_server
from pressrun.cli.failure import Failure
from pressrun.cli.flags import AsJson
from pressrun.cli.graphs import GraphId, find_graph
from pressrun.cli.printing import plain, print_json, print_table, remark, say

ANSWER_S = 180.0


def ask_graph(
    graph: GraphId,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What you want to know.")],
    subqueries: Annotated[bool, typer.Option("--subqueries", help="Break the question into parts first.")] = False,
    cite: Annotated[bool, typer.Option("--cite", help="Name the passage of each statement in the text.")] = False,
    model: Annotated[str | None, typer.Option(help="The model that answers; the default one otherwise.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask a graph a question, and print the answer and what it rests on.

    Example: pressrun graphs ask handbooks "How long is the warranty?"
    """
    found = find_graph(graph)
    body: dict[str, Any] = {
        "graph_ids": [found["id"]],
        "question": question,
        "subqueries": subqueries,
        "query_config": {"inline_citations": cite},
        **({"model": model} if model else {}),
    }
    if as_json:
        print_json(ask("POST", at("graphs", "question"), body, timeout_s=ANSWER_S))
        return
    answer = with_server(lambda server: _heard(server, {**body, "stream": True}))
    references = answer["references"]
    for number, one in enumerate([*references["files"], *references["web"]], 1):
        mark = one.get("cite") or number
        page = f", page {one['page']}" if one.get("page") else ""
        place = one.get("url") or f"{one['file_name']}{page}"
        remark(f"[{mark}] {place}: {' '.join(one['text'].split())[:160]}")


def search(
    graph: GraphId,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What the passages are to be about.")],
    limit: Annotated[int, typer.Option(min=1, max=60, help="How many passages.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Find passages, without a model.

    Example: pressrun graphs search handbooks "warranty period" --limit 3
    """
    found = find_graph(graph)
    page = ask("POST", at("graphs", "search"), {"graph_ids": [found["id"]], "query": query, "limit": limit})
    if as_json:
        print_json(page)
        return
    print_table(
        ("Score", "File", "Page", "Passage"),
        (
            (f"{one['score']:.2f}", one["file_name"], one["page"], " ".join(one["text"].split())[:200])
            for one in page["data"]
        ),
        empty="No passage fits.",
    )
    if page["search"] == "text":
        remark("By words alone: no embedder is installed, `pressrun models install` installs it.")


async def _heard(server: Server, body: dict[str, Any]) -> dict[str, Any]:
    """Print the answer while it comes; the last event."""
    last: dict[str, Any] | None = None
    content = json.dumps(body).encode()

    async def once() -> AsyncIterator[bytes]:
        yield content

    headers = {"content-type": "application/json", "content-length": str(len(content))}
    path = at("graphs", "question")
    async with server.exchange("POST", path, content=once(), headers=headers, silence_s=ANSWER_S) as answer:
        failed = False
        async for raw in answer.content:
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            failed = failed or line == "event: error"
            if not line.startswith("data: ") or line == "data: [DONE]":
                continue
            told = json.loads(line.removeprefix("data: "))
            if failed:
                raise Failure(str(told.get("message") or "the answer broke off"))
            last = told["data"]
            print(plain(told["data"]["answer"]), end="", flush=True)  # noqa: T201 - pieces of one line
    say()
    if last is None:
        raise Failure("the answer broke off")
    return last


COMMANDS = {"ask": ask_graph, "search": search}
