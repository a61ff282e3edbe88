"""The first start of a server on a database: its admin key is made, and kept where only its owner reads it."""

from pathlib import Path

from pressrun.cli.credentials import Credentials, read_credentials, write_credentials
from pressrun.organizations.organization import first_key
from pressrun.store.store import Store, Transaction


async def keep_credentials(store: Store, path: Path, url: str) -> str | None:
    """Write the address and, on an empty database, the new admin key; the key's token if one was made.

    The file is written before the key's transaction ends: a crash between the two leaves a key that opens nothing,
    never a database whose only key nobody knows.
    """
    before = read_credentials(path)
    aside = _free_name(path)

    async def work(tx: Transaction) -> str | None:
        token = await first_key(tx)
        if token is not None:
            if before is not None:
                write_credentials(aside, before)  # another database's key: this one's takes its place
            write_credentials(path, Credentials(url, token))
        return token

    try:
        token = await store.write(work)
    except BaseException:
        write_credentials(path, before or Credentials(url, None))
        raise
    if token is None:
        # Written on every start: whoever waits for one sees it in the file's time.
        write_credentials(path, Credentials(url, before.api_key if before else None))
    return token


def _free_name(path: Path) -> Path:
    number = 1
    while (name := path.with_name(f"{path.stem}.{number}{path.suffix}")).exists():
        number += 1
    return name
