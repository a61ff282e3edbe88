"""Whether the place that keeps files can be written and read, and whether what reads them has a network."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

from pressrun.doctor.finding import Finding
from pressrun.errors import PressrunError
from pressrun.ids import new_id
from pressrun.knowledge.extraction import network
from pressrun.knowledge.opening import open_blobs, place_of
from pressrun.settings import Settings
from pressrun.store.open import POSTGRES

NAME = "files"
WORDS = b"pressrun doctor"
PATIENCE_S = 20.0


def findings(settings: Settings) -> Iterator[Finding]:
    """One line on the place of files, one on the processes that read them."""
    yield _place(settings)
    yield _readers()


def _readers() -> Finding:
    if network.can_be_left():
        return Finding("file readers", "ok", "without network")
    return Finding("file readers", "warn", network.KEPT, network.FIX)


def _place(settings: Settings) -> Finding:
    place = place_of(settings)
    try:
        asyncio.run(_there_and_back(settings))
    except TimeoutError:
        detail = f"{place} does not answer within {PATIENCE_S:g} s"
        return Finding(NAME, "fail", detail, "check files_url and s3_endpoint")
    except (PressrunError, OSError) as error:
        fix = "check files_url, s3_endpoint and the key" if settings.files_url else "check the data folder and its disk"
        return Finding(NAME, "fail", f"{place}: {error}", fix)
    if settings.files_url is None and not _is_on_this_machine(settings):
        detail = f"{place} is a folder of this machine, and the database is on another"
        return Finding(NAME, "warn", detail, "where workers run on several machines, set files_url to a bucket")
    return Finding(NAME, "ok", place)


def _is_on_this_machine(settings: Settings) -> bool:
    """Whether the database is here: then the workers probably are, too."""
    if not settings.store_url.startswith(POSTGRES):
        return True
    return (urlsplit(settings.store_url).hostname or "localhost") in {"localhost", "127.0.0.1", "::1"}


async def _there_and_back(settings: Settings) -> None:
    if settings.files_url is None and not settings.data_dir.expanduser().exists():
        return  # nothing is made where nothing is yet
    blobs = open_blobs(settings)
    key = f"doctor/{new_id()}"

    async def words() -> AsyncIterator[bytes]:
        yield WORDS

    async with asyncio.timeout(PATIENCE_S):
        await blobs.put(key, words())
        try:
            read = b"".join([piece async for piece in blobs.read(key)])
        finally:
            await blobs.delete(key)
    await blobs.close()
    if read != WORDS:
        raise OSError("what was written is not what is read")
