"""The one place where everything is put together."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pressrun.agents.attachments import Attachments
from pressrun.agents.cache import Definitions
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.deployed import Deployed
from pressrun.errors import Code, PressrunError
from pressrun.jobs.admission import Ceilings
from pressrun.jobs.create import GROUP_LIMIT, create, witness
from pressrun.jobs.job import Accepted, NewJob
from pressrun.knowledge.blobs import Blobs
from pressrun.knowledge.embedding.embedder import Embedder, EmbedderOptions
from pressrun.knowledge.extract import Extractor
from pressrun.knowledge.knowledge import Knowledge
from pressrun.knowledge.opening import open_blobs
from pressrun.models.catalog import Catalog
from pressrun.models.local_server import LocalOptions
from pressrun.models.vault import Vault
from pressrun.outgoing.address import read_networks
from pressrun.outgoing.target import Rules
from pressrun.sealed_secrets import open_vault
from pressrun.settings import Settings
from pressrun.store.ballast import no_room
from pressrun.store.grouping import Grouped
from pressrun.store.open import open_store
from pressrun.store.store import Store, Transaction

INTAKE_PATIENCE_S = 10.0
"""How long a client waits to be told whether its job was stored, when the database left that open."""


@dataclass(frozen=True, slots=True)
class System:
    """What a process of Pressrun has at hand; `intake` accepts jobs, many callers in one transaction."""

    settings: Settings
    store: Store
    catalog: Catalog
    vault: Vault
    definitions: Definitions
    deployed: Deployed
    intake: Grouped[NewJob, Accepted]
    blobs: Blobs
    knowledge: Knowledge
    extractor: Extractor
    attachments: Attachments

    async def definition(self, organization_id: str, agent_id: str, version: int) -> AgentDefinition:
        """The definition of a version; raises PressrunError (not_found)."""
        kept = self.definitions.kept(organization_id, agent_id, version)
        if kept is not None:
            return kept
        return await self.store.read(lambda tx: self.definitions.find(tx, organization_id, agent_id, version))


@asynccontextmanager
async def open_system(settings: Settings, *, migrate: bool = False, mints: bool = True) -> AsyncIterator[System]:
    """Everything open, and closed again at the end; `mints` as in `open_store`.

    Raises PressrunError when the database cannot be opened.
    """
    settings.data_dir.expanduser().mkdir(parents=True, exist_ok=True, mode=0o700)
    store = await open_store(settings.store_url, migrate=migrate, ballast_bytes=settings.ballast_bytes, mints=mints)
    try:
        async with system_on(store, settings) as system:
            yield system
    finally:
        await store.close()


@asynccontextmanager
async def system_on(store: Store, settings: Settings) -> AsyncIterator[System]:
    """Everything else on a store that is open, and stays so."""
    vault = open_vault(settings)
    blobs = open_blobs(settings)
    catalog = Catalog(
        store,
        vault,
        os.environ,
        LocalOptions(weights=settings.local_model),
        script=read_script_file(settings),
        unknown_to_default=settings.unknown_model_to_default,
    )
    definitions = Definitions()
    ceilings = Ceilings(settings.max_queued_jobs, settings.max_queued_jobs_total)

    async def accept(tx: Transaction, jobs: Sequence[NewJob]) -> list[Accepted]:
        if not store.has_room:  # asked inside: a full disk makes the store repeat a group without its reserve
            raise no_room()
        return await create(tx, jobs, ceilings)

    intake = Grouped(store, accept, limit=GROUP_LIMIT, witness=witness, patience_s=INTAKE_PATIENCE_S)
    knowledge = Knowledge(store, Embedder(EmbedderOptions(settings.embedder)))
    try:
        deployed, extractor = Deployed(store, definitions), Extractor()
        rules = Rules(private=read_networks(settings.fetch_private_networks))
        attachments = Attachments(store, blobs, catalog, extractor, rules)
        yield System(
            settings,
            store,
            catalog,
            vault,
            definitions,
            deployed,
            intake,
            blobs,
            knowledge,
            extractor,
            attachments,
        )
    finally:
        await knowledge.close()
        await blobs.close()
        await catalog.close()


def read_script_file(settings: Settings) -> bytes | None:
    """The script of the built-in scripted model; raises PressrunError when it cannot be read."""
    if settings.script is None:
        return None
    try:
        return settings.script.read_bytes()
    except OSError as error:
        raise PressrunError(Code.INVALID, f"script: cannot read {settings.script}: {error.strerror}") from error
