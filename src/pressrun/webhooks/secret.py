"""What deliveries are signed with: a secret for each endpoint, and one for the URLs jobs and batches bring along.

Two hold for a while after a rotation: every delivery is then signed with both.
"""

import base64
import contextlib
import secrets

from pressrun.errors import Code, PressrunError
from pressrun.models.vault import Vault
from pressrun.store.clock import SECOND
from pressrun.store.store import Row, Transaction
from pressrun.webhooks.endpoint import no_webhook

PREFIX = "whsec_"
RANDOM_BYTES = 32
DEFAULT_GRACE_S = 86_400
LONGEST_GRACE_S = 30 * 86_400

ORGANIZATION = ""
"""What stands for an endpoint's id where the secret is the organization's own."""


def new_secret() -> str:
    """A secret as Standard Webhooks writes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(RANDOM_BYTES)).decode("ascii")


async def make(tx: Transaction, vault: Vault, organization_id: str, webhook_id: str) -> str:
    """The first secret of an endpoint; shown this once."""
    secret = new_secret()
    await tx.run(
        "add_webhook_secret",
        **_names(organization_id, webhook_id),
        sealed=vault.seal(secret, organization_id, bound_to(webhook_id)),
    )
    return secret


async def current(tx: Transaction, vault: Vault, organization_id: str, webhook_id: str) -> list[str]:
    """The secrets that hold now, the newest first; none for an endpoint that has none."""
    row = await tx.one("find_webhook_secret", **_names(organization_id, webhook_id))
    return [] if row is None else _opened(vault, row, webhook_id)


async def of_organization(tx: Transaction, vault: Vault, organization_id: str) -> list[str]:
    """The organization's own secrets that hold now, the newest first; the first is made when it is first asked for."""
    found = await current(tx, vault, organization_id, ORGANIZATION)
    if not found:
        await make(tx, vault, organization_id, ORGANIZATION)
        found = await current(tx, vault, organization_id, ORGANIZATION)
    return found


async def rotate(tx: Transaction, vault: Vault, organization_id: str, webhook_id: str, grace_s: int) -> tuple[str, int]:
    """The next secret, and until when (in microseconds) the one before it holds too; raises PressrunError."""
    secret = new_secret()
    row = await tx.one(
        "rotate_webhook_secret",
        **_names(organization_id, webhook_id),
        sealed=vault.seal(secret, organization_id, bound_to(webhook_id)),
        grace_us=grace_s * SECOND,
    )
    if row is None:
        raise no_webhook(webhook_id)
    return secret, int(row["previous_until"])


def _opened(vault: Vault, row: Row, webhook_id: str) -> list[str]:
    organization_id = row["organization_id"]
    found = [_unsealed(vault, row["sealed"], organization_id, webhook_id)]
    if row["previous"] is not None and row["previous_until"] > row["at"]:
        with contextlib.suppress(PressrunError):  # a rotation mends a secret that nobody can read
            found.append(_unsealed(vault, row["previous"], organization_id, webhook_id))
    return found


def _unsealed(vault: Vault, sealed: bytes, organization_id: str, webhook_id: str) -> str:
    try:
        return vault.unseal(bytes(sealed), organization_id, bound_to(webhook_id))
    except PressrunError:
        raise PressrunError(
            Code.INTERNAL,
            f"the secret of webhook {webhook_id or 'URLs'} cannot be read: restore the secret key, or rotate it",
        ) from None


def bound_to(webhook_id: str) -> str:
    """What the vault binds the secret of an endpoint to."""
    return f"webhook:{webhook_id}"


def _names(organization_id: str, webhook_id: str) -> dict[str, str]:
    return {"organization_id": organization_id, "webhook_id": webhook_id}
