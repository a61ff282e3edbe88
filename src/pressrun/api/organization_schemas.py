"""The shapes of what belongs to an organization: keys, people and their sessions, limits, usage, the audit log."""

from typing import Any, Literal

from pressrun.api.schemas import Shape


class KeyShape(Shape):
    """An API key, without the key."""

    id: str
    name: str
    hint: str
    scopes: list[str]
    fold_retries: bool
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None
    requests_per_minute: int | None


class AuditShape(Shape):
    """Something that was done: when, by which key or person and from where, to what; `by` is their name."""

    id: str
    at: str
    action: str
    target: str
    key_id: str | None
    person_id: str | None
    by: str | None
    address: str | None
    request_id: str | None
    data: dict[str, Any]


class AuditPage(Shape):
    """Entries of the audit log, the newest first."""

    data: list[AuditShape]
    has_more: bool


class LimitShape(Shape):
    """A limit: the organization's own value, the server's, and what is used; null where there is none."""

    name: str
    value: int | None
    server_most: int | None
    used: int | None


class LimitPage(Shape):
    """All limits of an organization."""

    data: list[LimitShape]


class UsageLineShape(Shape):
    """What one group used; it has those of `day`, `agent`, `batch`, `key` and `model` that were grouped by.

    `cost` is the sum of what is known, null when nothing is; of `unpriced_calls` it is not.
    """

    day: str | None = None
    agent: str | None = None
    batch: str | None = None
    key: str | None = None
    key_name: str | None = None
    model: str | None = None
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cached_prompt_tokens: int
    total_tokens: int
    cost: float | None
    unpriced_calls: int
    reasks: int
    reask_cost: float


class UsageReport(Shape):
    """What an organization used from one day to another (UTC, both included); `total` is all of it."""

    first_day: str
    last_day: str
    group_by: list[str]
    currency: str
    data: list[UsageLineShape]
    total: UsageLineShape


class CreatedKey(KeyShape):
    """A new API key: the only time it is shown."""

    key: str


class KeyPage(Shape):
    """All API keys."""

    data: list[KeyShape]


class OrganizationShape(Shape):
    """The organization everything belongs to."""

    id: str
    name: str


class SessionShape(Shape):
    """Who is asking, by a session of the studio or by an API key, and everything they may do.

    `type` tells whether it is a person or a key; without a session `signed_in_at` is null.
    """

    type: Literal["person", "key"]
    id: str
    name: str
    email: str | None
    role: Literal["viewer", "editor", "admin"] | None
    organization: OrganizationShape
    scopes: list[str]
    signed_in_at: str | None
    expires_at: str | None


class SignedInShape(Shape):
    """A session: where somebody is signed in, as a person or by an API key.

    `last_seen_at` is a minute old at most; `current` is the session that asks.
    """

    id: str
    type: Literal["person", "key"]
    current: bool
    signed_in_at: str
    last_seen_at: str
    expires_at: str


class SignedInPage(Shape):
    """Where somebody is signed in, the newest first; or the sessions that have just ended."""

    data: list[SignedInShape]


class PersonShape(Shape):
    """Somebody who may sign in to the studio."""

    id: str
    name: str
    email: str | None
    role: Literal["viewer", "editor", "admin"]
    created_at: str
    updated_at: str
    last_seen_at: str | None


class PeoplePage(Shape):
    """Everybody who may sign in to the studio."""

    data: list[PersonShape]


class SignInLinkShape(Shape):
    """A link that signs a person in once: the only time it is shown."""

    url: str
    expires_at: str
