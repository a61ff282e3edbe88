-- Who is told when jobs and batches have ended, and what became of telling them.

-- An endpoint; an empty agent_id means every agent, `batch_rows` 1 the jobs of batches too.
CREATE TABLE webhooks (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    organization_id text NOT NULL,
    agent_id text NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    events text NOT NULL,
    batch_rows bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('enabled', 'disabled')),
    reason text,
    failing_since bigint,
    expires_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE INDEX webhooks_by_organization ON webhooks (organization_id, seq);

-- What deliveries are signed with; an empty webhook_id stands for the URLs that jobs and batches bring along.
CREATE TABLE webhook_secrets (
    organization_id text NOT NULL,
    webhook_id text NOT NULL,
    sealed bytea NOT NULL,
    previous bytea,
    previous_until bigint,
    created_at bigint NOT NULL,
    PRIMARY KEY (organization_id, webhook_id)
);

CREATE TABLE webhook_urls (
    organization_id text NOT NULL,
    job_id text NOT NULL,
    batch_id text NOT NULL,
    url text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (job_id, batch_id)
);
CREATE INDEX webhook_urls_by_organization ON webhook_urls (organization_id);

-- One message for one URL; `lane` is what may be slow as a whole: an endpoint, or the host of a job's URL.
CREATE TABLE webhook_deliveries (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    organization_id text NOT NULL,
    webhook_id text NOT NULL,
    lane text NOT NULL,
    url text NOT NULL,
    message_id text NOT NULL,
    event text NOT NULL,
    job_id text NOT NULL,
    batch_id text NOT NULL,
    payload bytea NOT NULL,
    occurred_at bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts bigint NOT NULL DEFAULT 0,
    tries bigint NOT NULL DEFAULT 0,
    next_at bigint NOT NULL,
    lease_token text,
    error text,
    log bytea NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    delivered_at bigint,
    UNIQUE (message_id, webhook_id)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (lane, next_at) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_by_organization ON webhook_deliveries (organization_id, seq);
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (organization_id, webhook_id, seq);
CREATE INDEX webhook_deliveries_by_job ON webhook_deliveries (job_id) WHERE job_id <> '';
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (updated_at) WHERE state <> 'pending';

-- A delivery is claimed and settled in a short life.
ALTER TABLE webhook_deliveries SET (
    fillfactor = 75,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_vacuum_insert_scale_factor = 0.05
);
