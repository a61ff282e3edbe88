"""Pages of the web become files of a graph: fetched by a job, one by one, within their host and their limits."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import msgspec

from pressrun.errors import FailureCode, PressrunError, RunFailure
from pressrun.jobs.job import Claim
from pressrun.knowledge import files, graphs, members, pages
from pressrun.knowledge.blobs import Blobs
from pressrun.knowledge.knowledge import Knowledge
from pressrun.knowledge.names import plain_name
from pressrun.knowledge.pages import NOT_ALLOWED, PageSource, covers
from pressrun.knowledge.upload import FileLimits, NewFile, keep_file
from pressrun.outgoing.fetching import Fetched, fetch
from pressrun.outgoing.reply import Cause, OutgoingError
from pressrun.outgoing.target import Rules
from pressrun.store.store import Store

MOST_PAGES = 50
"""Of one source with its sub-pages."""

MOST_BYTES = 5_000_000
"""Of one page."""

LONGEST_TITLE = 120

TEXT_TYPES = {"text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt", "text/markdown": ".md"}

ERRORS = {401: "paywall_or_login_page", 402: "paywall_or_login_page", 403: "paywall_or_login_page"}
MISSING = {404, 410}
PASSING = frozenset({Cause.TIMEOUT, Cause.UNREACHABLE, Cause.BROKEN, Cause.UNRESOLVED})


@dataclass(frozen=True, slots=True)
class Crawling:
    """What taking pages in needs; no `rules`: the operator allows none."""

    store: Store
    blobs: Blobs
    knowledge: Knowledge | None
    rules: Rules | None
    limits: FileLimits


@dataclass(frozen=True, slots=True)
class _Page:
    url: str
    name: str
    media_type: str
    data: bytes
    links: tuple[str, ...]


class PageError(Exception):
    """A page cannot be taken in: Writer's word for it, what people are told, and whether it may pass."""

    def __init__(self, error_type: str, message: str, *, passing: bool = False) -> None:
        self.error_type = error_type
        self.passing = passing
        super().__init__(message)


async def take_in_pages(crawling: Crawling, claim: Claim, graph_id: str, url: str) -> bytes:
    """The result of a job that takes a source in, as JSON like that of a run; raises RunFailure, PressrunError.

    Pages that are there already with the same bytes stay as they are, so that a second attempt repeats nothing.
    """
    organization_id = claim.organization_id
    found = await crawling.store.read(lambda tx: pages.sources(tx, organization_id, graph_id))
    source = next((one for one in found if one.url == url), None)
    if source is None:
        return _result(url, "no longer wanted")
    try:
        count = await _crawl(crawling, organization_id, graph_id, source)
    except PageError as error:
        failed = source.failed(error.error_type, str(error))
        await crawling.store.write(lambda tx: pages.settle(tx, organization_id, graph_id, failed))
        raise RunFailure(FailureCode.URL_FAILED, f"{url}: {error}", retryable=error.passing) from None
    done = PageSource(source.url, source.type, source.exclude_urls, "success")
    await crawling.store.write(lambda tx: pages.settle(tx, organization_id, graph_id, done))
    return _result(url, f"{count} page{'' if count == 1 else 's'}")


def _result(url: str, summary: str) -> bytes:
    return msgspec.json.encode({"title": url, "suggestion": summary, "prompts": {}})


async def _crawl(crawling: Crawling, organization_id: str, graph_id: str, source: PageSource) -> int:
    """How many pages were taken in; raises PageError when the first one cannot be."""
    if crawling.rules is None:
        raise PageError("not_searchable", NOT_ALLOWED)
    waiting, seen, count = [source.url], {source.url}, 0
    while waiting and count < MOST_PAGES:
        url = waiting.pop(0)
        try:
            page = await _fetched(url, crawling.rules)
        except PageError:
            if not count:
                raise
            continue  # a dead link is no reason to do without the others
        await _keep(crawling, organization_id, graph_id, page)
        count += 1
        if source.type == "sub_pages":
            fresh = [link for link in page.links if link not in seen and covers(source, link)]
            seen.update(fresh)
            waiting += fresh
    return count


async def _fetched(url: str, rules: Rules) -> _Page:
    with tempfile.TemporaryDirectory(prefix="pressrun-page-") as folder:
        path = Path(folder) / "page"
        try:
            answer = await fetch(url, rules, path, MOST_BYTES)
        except OutgoingError as error:
            word = "invalid_url" if error.cause == Cause.BLOCKED else "unexpected_error"
            raise PageError(word, str(error), passing=error.cause in PASSING) from None
        media_type = _media_type(answer)
        data = await asyncio.to_thread(path.read_bytes)
    text = data.decode("utf-8", "replace")
    seen = await asyncio.to_thread(_look, text) if TEXT_TYPES[media_type] == ".html" else _Looking()
    links = dict.fromkeys(urldefrag(urljoin(url, link)).url for link in seen.links)
    return _Page(url, _name(seen.title or url, TEXT_TYPES[media_type]), media_type, data, tuple(links))


def _media_type(answer: Fetched) -> str:
    if answer.status != 200:
        word = "not_found" if answer.status in MISSING else ERRORS.get(answer.status, "unexpected_error")
        hint = "; name the address that it leads to" if 300 <= answer.status < 400 else ""
        raise PageError(word, f"the page answered {answer.status}{hint}", passing=answer.status >= 500)
    media_type = answer.media_type.partition(";")[0].strip().lower()
    if media_type not in TEXT_TYPES:
        raise PageError("not_searchable", f"the page is {media_type[:50] or 'of no type'}, which is not read")
    return media_type


class _Looking(HTMLParser):
    """Finds title and links; what is wrong with the page does not matter here."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.links: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title" and not self.title
        if tag == "a":
            self.links += [value for name, value in attrs if name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


def _look(text: str) -> _Looking:
    looking = _Looking()
    looking.feed(text)
    return looking


def _name(title: str, extension: str) -> str:
    shown = " ".join(title.replace("/", " ").replace("\\", " ").split())[:LONGEST_TITLE].strip(" .")
    return plain_name((shown or "page") + extension)


async def _keep(crawling: Crawling, organization_id: str, graph_id: str, page: _Page) -> None:
    """A page is a file of the graph; the one of an earlier time goes, unless it is the same."""
    store = crawling.store
    names = {"organization_id": organization_id, "graph_id": graph_id}
    rows = await store.read(lambda tx: tx.all("list_pages_of_graph", **names))
    before = [row["file_id"] for row in rows if row["url"] == page.url]
    known = await store.read(lambda tx: files.find_many(tx, organization_id, before))
    digest = hashlib.sha256(page.data).hexdigest()
    if any(file.digest == digest for file in known.values()):
        return
    await store.read(lambda tx: graphs.find(tx, organization_id, graph_id))
    new = NewFile(organization_id, page.name, page.media_type, graph_id=graph_id, size=len(page.data))
    file = await keep_file(store, crawling.blobs, new, _chunks(page.data), crawling.limits)
    await store.write(lambda tx: members.add(tx, organization_id, graph_id, file.id, url=page.url))
    for file_id in known:
        try:
            await store.write(lambda tx, gone=file_id: files.delete(tx, organization_id, gone))  # type: ignore[misc]
        except PressrunError:
            continue  # somebody else has deleted it


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data
