"""Graphs with files of text, put into a store without HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pressrun.knowledge import graphs, ingest, members
from pressrun.knowledge.knowledge import Knowledge
from pressrun.knowledge.search import Found, Query, search
from pressrun.organizations.organization import FIRST
from pressrun.store.store import Store
from tests.raw_sql import execute

THEIRS = "00000000-0000-7000-8000-0000000000bb"


@dataclass(frozen=True)
class Section:
    """Some text of a file."""

    text: str
    page: int | None = None


@dataclass
class Scene:
    """A store with graphs, and how they are searched."""

    store: Store
    database_url: str
    knowledge: Knowledge

    async def add_graph(self, graph_id: str, organization_id: str = FIRST) -> None:
        await self.store.write(lambda tx: graphs.create(tx, organization_id, graph_id, graph_id=graph_id))

    async def add_file(
        self, graph_id: str, name: str, *texts: str, organization_id: str = FIRST, knowledge: Knowledge | None = None
    ) -> int:
        """A file of these pages in a graph, indexed; how many passages it has."""
        await execute(
            self.database_url,
            "INSERT INTO files (id, organization_id, name, extension, media_type, size, digest, blob, state, "  # noqa: S608
            f"created_at, updated_at) VALUES ('{name}', '{organization_id}', '{name}', 'txt', 'text/plain', 1, '', "
            f"'{organization_id}{name}', 'completed', 1, 1) ON CONFLICT (id) DO NOTHING",
        )
        await self.store.write(lambda tx: members.add(tx, organization_id, graph_id, name))
        return await self.index(name, *texts, organization_id=organization_id, knowledge=knowledge)

    async def index(
        self, name: str, *texts: str, organization_id: str = FIRST, knowledge: Knowledge | None = None
    ) -> int:
        """Index a file that is there, with these pages."""
        sections = [Section(text, page) for page, text in enumerate(texts, 1)]
        return await ingest.index(knowledge or self.knowledge, organization_id, name, name, sections)

    async def find(
        self,
        text: str,
        *graph_ids: str,
        organization_id: str = FIRST,
        knowledge: Knowledge | None = None,
        **options: Any,
    ) -> list[Found]:
        """What a search finds."""
        return await search(knowledge or self.knowledge, organization_id, graph_ids, Query(text, **options))

    async def rows(self) -> Sequence[Any]:
        """Every passage there is, in any organization, with its file and text."""
        from tests.raw_sql import fetch  # noqa: PLC0415

        return await fetch(
            self.database_url,
            "SELECT indexed_files.file_id, passages.text FROM passages JOIN indexed_files "
            "ON indexed_files.seq = passages.seq >> 20 ORDER BY passages.seq",
        )
