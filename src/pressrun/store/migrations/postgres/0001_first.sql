-- The first schema. Times are microseconds since the epoch; payloads are bytes, so that every character survives.

CREATE TABLE schema_migrations (
    version bigint PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at bigint NOT NULL
);

CREATE TABLE organizations (
    id text PRIMARY KEY,
    name text NOT NULL,
    created_at bigint NOT NULL
);

CREATE TABLE keys (
    id text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    name text NOT NULL,
    hash text NOT NULL UNIQUE,
    hint text NOT NULL,
    scopes text NOT NULL,
    fold_retries bigint NOT NULL DEFAULT 0,
    created_at bigint NOT NULL,
    expires_at bigint,
    revoked_at bigint,
    last_used_at bigint
);
CREATE INDEX keys_by_organization ON keys (organization_id, created_at);

CREATE TABLE models (
    organization_id text NOT NULL REFERENCES organizations (id),
    name text NOT NULL,
    kind text NOT NULL,
    base_url text,
    model_id text,
    api_key_sealed bytea,
    script bytea,
    is_default bigint NOT NULL DEFAULT 0,
    concurrency bigint,
    timeout_s bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (organization_id, name)
);

CREATE TABLE agents (
    id text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    alias text,
    name text NOT NULL,
    draft bytea NOT NULL,
    draft_digest text NOT NULL,
    deployed_version bigint,
    last_version bigint NOT NULL DEFAULT 0,
    concurrency bigint,
    models text NOT NULL DEFAULT '[]',
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    last_deployed_at bigint,
    deleted_at bigint
);
CREATE UNIQUE INDEX agents_by_alias ON agents (organization_id, alias) WHERE deleted_at IS NULL;
CREATE INDEX agents_by_creation ON agents (organization_id, created_at, id) WHERE deleted_at IS NULL;

CREATE TABLE agent_versions (
    organization_id text NOT NULL REFERENCES organizations (id),
    agent_id text NOT NULL REFERENCES agents (id),
    version bigint NOT NULL,
    definition bytea NOT NULL,
    digest text NOT NULL,
    note text NOT NULL,
    created_at bigint NOT NULL,
    created_by text NOT NULL,
    PRIMARY KEY (agent_id, version)
);

CREATE TABLE jobs (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    organization_id text NOT NULL,
    agent_id text NOT NULL,
    agent_version bigint NOT NULL,
    key_id text,
    state text NOT NULL CHECK (state IN ('queued', 'running', 'waiting', 'completed', 'failed', 'cancelled')),
    phase text GENERATED ALWAYS AS (
        CASE WHEN state IN ('queued', 'running', 'waiting') THEN 'open'
             WHEN state = 'completed' THEN 'completed' ELSE 'failed' END
    ) STORED,
    priority bigint NOT NULL,
    generation bigint NOT NULL DEFAULT 1,
    attempts bigint NOT NULL DEFAULT 0,
    errors bigint NOT NULL DEFAULT 0,
    deaths bigint NOT NULL DEFAULT 0,
    max_attempts bigint NOT NULL,
    on_worker_loss text NOT NULL,
    run_at bigint NOT NULL,
    deadline_at bigint NOT NULL,
    deadline_s bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    started_at bigint,
    completed_at bigint,
    lease_token text,
    worker_id text,
    cancel_requested bigint NOT NULL DEFAULT 0,
    events bigint NOT NULL DEFAULT 0,
    inputs bytea NOT NULL,
    options bytea NOT NULL,
    error_code text,
    error text,
    prompt_tokens bigint NOT NULL DEFAULT 0,
    completion_tokens bigint NOT NULL DEFAULT 0,
    CHECK ((state = 'running') = (lease_token IS NOT NULL))
);
CREATE INDEX jobs_by_agent ON jobs (agent_id, seq);
CREATE INDEX jobs_by_phase ON jobs (agent_id, phase, seq);
CREATE INDEX jobs_queued ON jobs (agent_id, priority, seq) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (seq) WHERE state = 'running';
CREATE INDEX jobs_waiting ON jobs (run_at) WHERE state = 'waiting';
CREATE INDEX jobs_deadline ON jobs (deadline_at) WHERE state IN ('queued', 'running', 'waiting');

CREATE TABLE results (
    organization_id text NOT NULL,
    job_id text NOT NULL,
    generation bigint NOT NULL,
    payload bytea NOT NULL,
    digest text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (job_id, generation)
);

CREATE TABLE job_events (
    organization_id text NOT NULL,
    job_id text NOT NULL,
    seq bigint NOT NULL,
    at bigint NOT NULL,
    event text NOT NULL,
    generation bigint NOT NULL,
    attempt bigint NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (job_id, seq)
);

CREATE TABLE job_counts (
    organization_id text NOT NULL,
    agent_id text NOT NULL,
    state text NOT NULL,
    slot bigint NOT NULL,
    jobs bigint NOT NULL,
    PRIMARY KEY (agent_id, state, slot)
);
CREATE INDEX job_counts_active ON job_counts (agent_id) WHERE state IN ('queued', 'running') AND jobs <> 0;

CREATE TABLE idempotency_keys (
    organization_id text NOT NULL,
    key_id text NOT NULL,
    route text NOT NULL,
    key_hash text NOT NULL,
    body_hash text NOT NULL,
    job_id text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (organization_id, key_id, route, key_hash)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    organization_id text NOT NULL,
    job_id text NOT NULL,
    event text NOT NULL,
    payload bytea NOT NULL,
    created_at bigint NOT NULL
);

CREATE TABLE workers (
    id text PRIMARY KEY,
    host text NOT NULL,
    pid bigint NOT NULL,
    concurrency bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('alive', 'stopped', 'dead')),
    started_at bigint NOT NULL,
    seen_at bigint NOT NULL
);

CREATE TABLE model_calls (
    organization_id text NOT NULL,
    model text NOT NULL,
    outcome text NOT NULL,
    bucket_ms bigint NOT NULL,
    slot bigint NOT NULL,
    calls bigint NOT NULL,
    duration_us bigint NOT NULL,
    prompt_tokens bigint NOT NULL,
    completion_tokens bigint NOT NULL,
    PRIMARY KEY (organization_id, model, outcome, bucket_ms, slot)
);

-- Rows change state several times in a short life: vacuum early, and leave room on the page.
ALTER TABLE jobs SET (
    fillfactor = 75,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.05,
    autovacuum_vacuum_insert_scale_factor = 0.05
);
ALTER TABLE job_counts SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% never change', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER agent_versions_immutable BEFORE UPDATE ON agent_versions
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER results_immutable BEFORE UPDATE ON results
FOR EACH ROW EXECUTE FUNCTION refuse_change();
