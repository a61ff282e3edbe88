-- The first schema. Times are microseconds since the epoch; payloads are bytes, so that every character survives.

CREATE TABLE schema_migrations (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at INTEGER NOT NULL
) STRICT;

CREATE TABLE organizations (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    scopes TEXT NOT NULL,
    fold_retries INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    last_used_at INTEGER
) STRICT;
CREATE INDEX keys_by_organization ON keys (organization_id, created_at);

CREATE TABLE models (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    base_url TEXT,
    model_id TEXT,
    api_key_sealed BLOB,
    script BLOB,
    is_default INTEGER NOT NULL DEFAULT 0,
    concurrency INTEGER,
    timeout_s INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, name)
) STRICT;

CREATE TABLE agents (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    alias TEXT,
    name TEXT NOT NULL,
    draft BLOB NOT NULL,
    draft_digest TEXT NOT NULL,
    deployed_version INTEGER,
    last_version INTEGER NOT NULL DEFAULT 0,
    concurrency INTEGER,
    models TEXT NOT NULL DEFAULT '[]',
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_deployed_at INTEGER,
    deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX agents_by_alias ON agents (organization_id, alias) WHERE deleted_at IS NULL;
CREATE INDEX agents_by_creation ON agents (organization_id, created_at, id) WHERE deleted_at IS NULL;

CREATE TABLE agent_versions (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    agent_id TEXT NOT NULL REFERENCES agents (id),
    version INTEGER NOT NULL,
    definition BLOB NOT NULL,
    digest TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (agent_id, version)
) STRICT;

CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    organization_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    agent_version INTEGER NOT NULL,
    key_id TEXT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'waiting', 'completed', 'failed', 'cancelled')),
    phase TEXT GENERATED ALWAYS AS (
        CASE WHEN state IN ('queued', 'running', 'waiting') THEN 'open'
             WHEN state = 'completed' THEN 'completed' ELSE 'failed' END
    ) STORED,
    priority INTEGER NOT NULL,
    generation INTEGER NOT NULL DEFAULT 1,
    attempts INTEGER NOT NULL DEFAULT 0,
    errors INTEGER NOT NULL DEFAULT 0,
    deaths INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL,
    on_worker_loss TEXT NOT NULL,
    run_at INTEGER NOT NULL,
    deadline_at INTEGER NOT NULL,
    deadline_s INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    started_at INTEGER,
    completed_at INTEGER,
    lease_token TEXT,
    worker_id TEXT,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    events INTEGER NOT NULL DEFAULT 0,
    inputs BLOB NOT NULL,
    options BLOB NOT NULL,
    error_code TEXT,
    error TEXT,
    prompt_tokens INTEGER NOT NULL DEFAULT 0,
    completion_tokens INTEGER NOT NULL DEFAULT 0,
    CHECK ((state = 'running') = (lease_token IS NOT NULL))
) STRICT;
CREATE INDEX jobs_by_agent ON jobs (agent_id, seq);
CREATE INDEX jobs_by_phase ON jobs (agent_id, phase, seq);
CREATE INDEX jobs_queued ON jobs (agent_id, priority, seq) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (seq) WHERE state = 'running';
CREATE INDEX jobs_waiting ON jobs (run_at) WHERE state = 'waiting';
CREATE INDEX jobs_deadline ON jobs (deadline_at) WHERE state IN ('queued', 'running', 'waiting');

CREATE TABLE results (
    organization_id TEXT NOT NULL,
    job_id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    payload BLOB NOT NULL,
    digest TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (job_id, generation)
) STRICT;

CREATE TABLE job_events (
    organization_id TEXT NOT NULL,
    job_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    generation INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (job_id, seq)
) STRICT;

CREATE TABLE job_counts (
    organization_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    state TEXT NOT NULL,
    slot INTEGER NOT NULL,
    jobs INTEGER NOT NULL,
    PRIMARY KEY (agent_id, state, slot)
) STRICT;
CREATE INDEX job_counts_active ON job_counts (agent_id) WHERE state IN ('queued', 'running') AND jobs <> 0;

CREATE TABLE idempotency_keys (
    organization_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    route TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    job_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, key_id, route, key_hash)
) STRICT;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    organization_id TEXT NOT NULL,
    job_id TEXT NOT NULL,
    event TEXT NOT NULL,
    payload BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE workers (
    id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    concurrency INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('alive', 'stopped', 'dead')),
    started_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;

CREATE TABLE model_calls (
    organization_id TEXT NOT NULL,
    model TEXT NOT NULL,
    outcome TEXT NOT NULL,
    bucket_ms INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    duration_us INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    PRIMARY KEY (organization_id, model, outcome, bucket_ms, slot)
) STRICT;

CREATE TRIGGER agent_versions_immutable BEFORE UPDATE ON agent_versions
BEGIN
    SELECT RAISE(ABORT, 'a deployed version never changes');
END;

CREATE TRIGGER results_immutable BEFORE UPDATE ON results
BEGIN
    SELECT RAISE(ABORT, 'a recorded result never changes');
END;
