"""Pages of the web that graphs take in: which ones, and what became of them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from pressrun.errors import PressrunError
from pressrun.jobs import ingest as ingest_jobs
from pressrun.jobs.ingest import NewIngest
from pressrun.knowledge import graphs, members
from pressrun.knowledge.graphs import Graph, GraphType
from pressrun.outgoing.address import read_networks
from pressrun.outgoing.target import Rules, check_url
from pressrun.settings import Settings
from pressrun.store.store import Transaction

TYPES = ("single_page", "sub_pages")
MOST_SOURCES = 50
MOST_EXCLUDED = 200
LONGEST_URL = 2000

NOT_ALLOWED = "this server takes in no pages of the web: its operator can set web_pages"

Fault = Callable[[str, str], None]
"""Takes a field, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class PageSource:
    """A page, or a page and those below it on the same host, but for what begins with one of `exclude_urls`.

    `error_type` is one of Writer's words, `error` tells people.
    """

    url: str
    type: str = "single_page"
    exclude_urls: tuple[str, ...] = ()
    status: str = "validating"
    error_type: str | None = None
    error: str | None = None

    def failed(self, error_type: str, error: str) -> "PageSource":
        """The same, as something that cannot be taken in."""
        return replace(self, status="error", error_type=error_type, error=error)


def read_sources(given: Sequence[Any], fault: Fault) -> list[PageSource]:
    """The pages that a request names, each once; what has another shape is told to `fault`."""
    if len(given) > MOST_SOURCES:
        fault("urls", f"urls must not name more than {MOST_SOURCES} pages")
        return []
    found: dict[str, PageSource] = {}
    for number, one in enumerate(given):
        url, kind, excluded = (
            (one.get("url"), one.get("type", TYPES[0]), one.get("exclude_urls") or [])
            if isinstance(one, dict)
            else (None, None, [])
        )
        if not isinstance(url, str) or not url or len(url) > LONGEST_URL or not url.isprintable():
            fault("urls", f"urls[{number}].url must be the address of a page, of at most {LONGEST_URL} characters")
        elif kind not in TYPES:
            fault("urls", f"urls[{number}].type must be {' or '.join(TYPES)}")
        elif (
            not isinstance(excluded, list)
            or len(excluded) > MOST_EXCLUDED
            or not all(isinstance(each, str) and each.isprintable() for each in excluded)
        ):
            fault("urls", f"urls[{number}].exclude_urls must be a list of at most {MOST_EXCLUDED} addresses")
        else:
            found[url] = PageSource(url, kind, tuple(excluded))
    return list(found.values())


def rules_of(settings: Settings) -> Rules | None:
    """Where pages may be fetched from; None where the operator allows none."""
    if not settings.web_pages:
        return None
    return Rules(private=read_networks(settings.fetch_private_networks))


async def sources(tx: Transaction, organization_id: str, graph_id: str) -> list[PageSource]:
    """The pages that a graph takes in, in order."""
    rows = await tx.all("list_graph_urls", organization_id=organization_id, graph_id=graph_id)
    return [
        PageSource(
            row["url"],
            row["type"],
            tuple(json.loads(row["exclude_urls"])),
            row["status"],
            row["error_type"],
            row["error"],
        )
        for row in rows
    ]


async def replace_sources(
    tx: Transaction, graph: Graph, wanted: Sequence[PageSource], rules: Rules | None, *, key_id: str | None
) -> Graph:
    """The graph with other pages, which jobs take in; files of pages that are wanted no longer leave it.

    `rules` say where pages may be fetched from; None: nowhere. The caller rings the bell "jobs" after the commit.
    """
    names = {"organization_id": graph.organization_id, "graph_id": graph.id}
    await tx.run("drop_graph_urls", **names)
    for row in await tx.all("list_pages_of_graph", **names):
        if not any(covers(source, row["url"]) for source in wanted):
            await members.remove(tx, graph.organization_id, graph.id, row["file_id"])
    for place, source in enumerate(wanted):
        checked = _checked(source, rules)
        await tx.run(
            "add_graph_url",
            **names,
            place=place,
            url=checked.url,
            type=checked.type,
            exclude_urls=json.dumps(checked.exclude_urls),
            status=checked.status,
            error_type=checked.error_type,
            error=checked.error,
        )
        if checked.status != "error":
            inputs = msgspec.json.encode({"graph_id": [graph.id], "url": [checked.url]})
            await ingest_jobs.create(tx, NewIngest(graph.organization_id, inputs, key_id))
    if wanted and graph.type == GraphType.MANUAL:
        return await graphs.change(tx, graph.organization_id, graph.id, type=GraphType.WEB)
    return graph


async def settle(tx: Transaction, organization_id: str, graph_id: str, source: PageSource) -> None:
    """Note what became of a page."""
    await tx.run(
        "settle_graph_url",
        organization_id=organization_id,
        graph_id=graph_id,
        url=source.url,
        status=source.status,
        error_type=source.error_type,
        error=source.error,
    )


def covers(source: PageSource, url: str) -> bool:
    """Whether a page is, or lies below, what a source names and is not excluded."""
    if any(url.startswith(one) for one in source.exclude_urls):
        return False
    if url == source.url:
        return True
    return source.type == "sub_pages" and url.startswith(source.url.split("?")[0].rstrip("/") + "/")


def _checked(source: PageSource, rules: Rules | None) -> PageSource:
    if rules is None:
        return source.failed("not_searchable", NOT_ALLOWED)
    try:
        check_url(source.url, rules)
    except PressrunError as error:
        return source.failed("invalid_url", str(error))
    return source
