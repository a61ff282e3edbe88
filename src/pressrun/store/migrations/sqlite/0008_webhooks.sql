-- Who is told when jobs and batches have ended, and what became of telling them.

-- An endpoint; an empty agent_id means every agent, `batch_rows` 1 the jobs of batches too.
CREATE TABLE webhooks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    organization_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    batch_rows INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('enabled', 'disabled')),
    reason TEXT,
    failing_since INTEGER,
    expires_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX webhooks_by_organization ON webhooks (organization_id, seq);

-- What deliveries are signed with; an empty webhook_id stands for the URLs that jobs and batches bring along.
CREATE TABLE webhook_secrets (
    organization_id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    previous BLOB,
    previous_until INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, webhook_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_urls (
    organization_id TEXT NOT NULL,
    job_id TEXT NOT NULL,
    batch_id TEXT NOT NULL,
    url TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (job_id, batch_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_urls_by_organization ON webhook_urls (organization_id);

-- One message for one URL; `lane` is what may be slow as a whole: an endpoint, or the host of a job's URL.
CREATE TABLE webhook_deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    organization_id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    lane TEXT NOT NULL,
    url TEXT NOT NULL,
    message_id TEXT NOT NULL,
    event TEXT NOT NULL,
    job_id TEXT NOT NULL,
    batch_id TEXT NOT NULL,
    payload BLOB NOT NULL,
    occurred_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL,
    lease_token TEXT,
    error TEXT,
    log BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    delivered_at INTEGER,
    UNIQUE (message_id, webhook_id)
) STRICT;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (lane, next_at) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_by_organization ON webhook_deliveries (organization_id, seq);
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (organization_id, webhook_id, seq);
CREATE INDEX webhook_deliveries_by_job ON webhook_deliveries (job_id) WHERE job_id <> '';
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (updated_at) WHERE state <> 'pending';
