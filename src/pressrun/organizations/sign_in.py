"""Signing in: by an API key, or by the token of a link that works once; attempts are counted over all processes."""

import secrets
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from pressrun.errors import LimitError
from pressrun.organizations import audit, keys, sessions
from pressrun.organizations.audit import Action, Actor
from pressrun.organizations.keys import Key, digest
from pressrun.organizations.people import Person
from pressrun.organizations.sessions import TOKEN_BYTES, Session, SignedIn
from pressrun.store.clock import SECOND
from pressrun.store.store import Transaction

SERVER_LINK_S = 15 * 60
"""How long a link works that is made on the server's own machine."""

PERSON_LINK_S = 24 * 3600
"""How long a link works that an administrator sends to somebody."""

MOST_BY_ADDRESS = 20
MOST_BY_SECRET = 5
"""Failed attempts a minute: from one address, and with secrets of one beginning."""

SECRET_PREFIX = 12
"""Characters of a secret that tell one account from another: `pr_live_` and four more."""

MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an attempt comes from, for the audit log; `address` may be unknown."""

    address: str | None
    request_id: str | None

    def actor(self, caller: Key, person: Person | None) -> Actor:
        """Whoever signs in, as the audit log names them."""
        if person is not None:
            return Actor(caller.organization_id, None, self.address, self.request_id, person.id)
        return Actor(caller.organization_id, caller.id, self.address, self.request_id)


async def sign_in(
    tx: Transaction, *, key: str | None, token: str | None, origin: Origin, lifetime_s: int, before: Session | None
) -> tuple[SignedIn, str] | None:
    """A new session and its token, in place of the session `before`; None when the key or the token is not good.

    Nothing is raised for a failure, which must be committed to count. Raises LimitError after too many of them.
    """
    beginning = digest((key or token or "")[:SECRET_PREFIX])  # a short key would stand there whole
    buckets = [(_network(origin.address), MOST_BY_ADDRESS), (f"secret {beginning}", MOST_BY_SECRET)]
    for bucket, most in buckets:
        if await tx.one("count_sign_in", bucket=bucket, most=most) is None:
            raise LimitError(
                f"more than {most} attempts to sign in failed: wait a minute",
                "sign_ins_per_minute",
                most,
                MINUTE_S,
                retry_after_s=MINUTE_S,
            )
    found = await _by_key(tx, key, origin) if key is not None else await _by_link(tx, token or "", origin)
    if found is None:
        return None
    for bucket, _ in buckets:
        await tx.run("uncount_sign_in", bucket=bucket)
    if before is not None:
        await sessions.end(tx, before)
    begun, made = await sessions.begin(tx, *found, lifetime_s)
    await sessions.note_use(tx, begun.session)
    means = "key" if key is not None else "link"
    actor = origin.actor(*found)
    await audit.record(tx, actor, Action.SESSION_STARTED, begun.caller.id, by=means, session=begun.session.id)
    return begun, made


async def sign_out(tx: Transaction, who: SignedIn, origin: Origin) -> None:
    """End a session, with its line in the audit log."""
    await sessions.end(tx, who.session)
    actor = origin.actor(who.caller, who.person)
    await audit.record(tx, actor, Action.SESSION_ENDED, who.caller.id, session=who.session.id)


async def make_link(
    tx: Transaction, organization_id: str, lifetime_s: int, *, key_id: str | None = None, person_id: str | None = None
) -> tuple[str, int]:
    """The token of a link that signs in a key or a person once, and when it ends; a person has one link at a time."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    if person_id is not None:
        # Held until the commit: two that were made at once would not see, and so not end, each other.
        await tx.one("hold_person", person_id=person_id, organization_id=organization_id)
        await tx.run("forget_links_of_person", person_id=person_id, organization_id=organization_id)
    row = await tx.one(
        "add_sign_in_link",
        hash=digest(token),
        organization_id=organization_id,
        key_id=key_id,
        person_id=person_id,
        lifetime_us=lifetime_s * SECOND,
    )
    assert row is not None
    return token, int(row["expires_at"])


async def link_of_server(tx: Transaction, organization_id: str, known_key: str | None) -> str | None:
    """The token of a link for whoever runs the server: of the admin key that is known, or else of the oldest one.

    None when no admin key works.
    """
    known = None if known_key is None else await keys.find_by_token(tx, known_key)
    if known is None or not known.allows(keys.Scope.ADMIN):
        admins = await keys.admin_key_ids(tx, organization_id)
        known = await keys.find_live(tx, organization_id, admins[0]) if admins else None
    if known is None:
        return None
    token, _ = await make_link(tx, known.organization_id, SERVER_LINK_S, key_id=known.id)
    await audit.record(tx, Actor(known.organization_id), Action.LINK_MADE, known.id)
    return token


async def _by_key(tx: Transaction, key: str, origin: Origin) -> tuple[Key, None] | None:
    if not keys.is_possible(key):
        return None
    found = await keys.find_by_token(tx, key)
    if found is not None:
        return found, None
    ended = await keys.find_ended(tx, key)
    if ended is not None:
        actor = Actor(ended.organization_id, ended.id, origin.address, origin.request_id)
        await audit.record(tx, actor, Action.SESSION_REFUSED, ended.id, by="key")
    return None


async def _by_link(tx: Transaction, token: str, origin: Origin) -> tuple[Key, Person | None] | None:
    link = await tx.one("use_sign_in_link", hash=digest(token))
    found = None
    if link is not None:
        found = await sessions.find_subject(tx, link["organization_id"], link["key_id"], link["person_id"])
    if found is None:
        link = link or await tx.one("find_sign_in_link", hash=digest(token))
        if link is not None:
            actor = Actor(link["organization_id"], link["key_id"], origin.address, origin.request_id, link["person_id"])
            target = link["key_id"] or link["person_id"]
            await audit.record(tx, actor, Action.SESSION_REFUSED, target, by="link")
    return found


def _network(address: str | None) -> str:
    """What counts as one address: of IPv6 the 64 bits that one customer is given at least."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return f"address {address}"
    if isinstance(parsed, IPv6Address):
        return f"address {ip_network((parsed, 64), strict=False)}"
    return f"address {parsed}"


def link_url(base: str, token: str) -> str:
    """A link as it is given away: the token stands in the fragment, which no browser sends, so no log has it."""
    return f"{base.rstrip('/')}/sign-in#token={token}"
