-- Batches: one row of a file, one job. A lane of the queue is an agent's single jobs, or one batch.

ALTER TABLE jobs ADD COLUMN batch_id text NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN batch_row bigint;
-- Nano-dollars; NULL while nothing was asked, or where a price is unknown.
ALTER TABLE jobs ADD COLUMN cost bigint;
-- The job whose result this one takes over, as its inputs are the same; `followed` on that job.
ALTER TABLE jobs ADD COLUMN same_as text;
ALTER TABLE jobs ADD COLUMN followed bigint NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN inputs_hash text;

DROP INDEX jobs_queued;
CREATE INDEX jobs_queued ON jobs (agent_id, batch_id, priority, seq) WHERE state = 'queued';
CREATE UNIQUE INDEX jobs_by_row ON jobs (batch_id, batch_row) WHERE batch_id <> '';
CREATE INDEX jobs_failed_in_batch ON jobs (batch_id, error_code, batch_row)
WHERE batch_id <> '' AND state IN ('failed', 'cancelled');
CREATE INDEX jobs_by_inputs ON jobs (agent_id, agent_version, inputs_hash, seq) WHERE inputs_hash IS NOT NULL;
CREATE INDEX jobs_following ON jobs (same_as) WHERE same_as IS NOT NULL AND state = 'waiting';

CREATE TABLE batches (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    organization_id text NOT NULL,
    agent_id text NOT NULL,
    agent_version bigint NOT NULL,
    key_id text,
    name text NOT NULL,
    state text NOT NULL CHECK (state IN ('uploading', 'loading', 'running', 'paused', 'completed',
        'completed_with_errors', 'cancelled')),
    pause_code text,
    pause_reason text,
    cancel_requested bigint NOT NULL DEFAULT 0,
    rows bigint NOT NULL DEFAULT 0,
    invalid bigint NOT NULL DEFAULT 0,
    loaded bigint NOT NULL DEFAULT 0,
    loaded_row bigint NOT NULL DEFAULT 0,
    columns bytea NOT NULL,
    options bytea NOT NULL,
    priority bigint NOT NULL,
    max_cost bigint,
    reserve bigint NOT NULL DEFAULT 0,
    trial_rows bigint NOT NULL DEFAULT 0,
    passed bigint NOT NULL DEFAULT 0,
    stop_errors bigint,
    retrying bytea,
    deadline_at bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    started_at bigint,
    completed_at bigint
);
CREATE INDEX batches_by_agent ON batches (agent_id, seq);
CREATE INDEX batches_by_organization ON batches (organization_id, seq);
CREATE INDEX batches_open ON batches (seq) WHERE state IN ('uploading', 'loading', 'running', 'paused');

-- What was uploaded, kept for the result file; `problem` where the row was skipped as it is not valid. `first_row` is the
-- earlier row that seems to have the same inputs: an index on their hashes, in random order, would cost half the upload.
CREATE TABLE batch_rows (
    organization_id text NOT NULL,
    batch_id text NOT NULL,
    row bigint NOT NULL,
    row_id text,
    job_id text,
    cells bytea NOT NULL,
    inputs bytea,
    inputs_hash text,
    first_row bigint,
    problem text,
    PRIMARY KEY (batch_id, row)
);

-- What became of a batch's jobs, kept by triggers: it is right whoever moves, restores or copies jobs.
CREATE TABLE batch_counts (
    organization_id text NOT NULL,
    batch_id text NOT NULL,
    slot bigint NOT NULL,
    jobs bigint NOT NULL,
    queued bigint NOT NULL,
    running bigint NOT NULL,
    waiting bigint NOT NULL,
    following bigint NOT NULL,
    completed bigint NOT NULL,
    failed bigint NOT NULL,
    cancelled bigint NOT NULL,
    reused bigint NOT NULL,
    deaths bigint NOT NULL,
    prompt_tokens bigint NOT NULL,
    completion_tokens bigint NOT NULL,
    cost bigint NOT NULL,
    PRIMARY KEY (batch_id, slot)
);
ALTER TABLE batch_counts SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- Jobs that ended while others wait to take over their results.
CREATE TABLE finished_leaders (
    organization_id text NOT NULL,
    job_id text NOT NULL PRIMARY KEY
);

-- As count_job_blocks: once a statement, in order, in a slot for each connection. The text is put together so that it
-- stands here once; most statements touch no batch and never come to it.
CREATE FUNCTION count_batches() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved text := 'SELECT 1 AS sign, * FROM came';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT 1 FROM came WHERE batch_id <> '') THEN RETURN NULL; END IF;
    ELSE
        IF NOT EXISTS (SELECT 1 FROM went WHERE batch_id <> '' OR followed = 1) THEN RETURN NULL; END IF;
        moved := CASE WHEN TG_OP = 'DELETE' THEN '' ELSE moved || ' UNION ALL ' END
            || 'SELECT -1 AS sign, * FROM went';
    END IF;
    EXECUTE 'INSERT INTO batch_counts AS old (organization_id, batch_id, slot, jobs, queued, running, waiting,
            following, completed, failed, cancelled, reused, deaths, prompt_tokens, completion_tokens, cost)
        SELECT organization_id, batch_id, pg_backend_pid() % 16, sum(sign),
            coalesce(sum(sign) FILTER (WHERE state = ''queued''), 0),
            coalesce(sum(sign) FILTER (WHERE state = ''running''), 0),
            coalesce(sum(sign) FILTER (WHERE state = ''waiting''), 0),
            coalesce(sum(sign) FILTER (WHERE state = ''waiting'' AND same_as IS NOT NULL), 0),
            coalesce(sum(sign) FILTER (WHERE state = ''completed''), 0),
            coalesce(sum(sign) FILTER (WHERE state = ''failed''), 0),
            coalesce(sum(sign) FILTER (WHERE state = ''cancelled''), 0),
            coalesce(sum(sign) FILTER (WHERE state = ''completed'' AND same_as IS NOT NULL), 0),
            sum(sign * deaths), sum(sign * prompt_tokens), sum(sign * completion_tokens),
            sum(sign * coalesce(cost, 0))
        FROM (' || moved || ') AS moved WHERE batch_id <> '''' GROUP BY organization_id, batch_id ORDER BY batch_id
        ON CONFLICT (batch_id, slot) DO UPDATE SET jobs = old.jobs + excluded.jobs,
            queued = old.queued + excluded.queued, running = old.running + excluded.running,
            waiting = old.waiting + excluded.waiting, completed = old.completed + excluded.completed,
            failed = old.failed + excluded.failed, cancelled = old.cancelled + excluded.cancelled,
            reused = old.reused + excluded.reused, deaths = old.deaths + excluded.deaths,
            prompt_tokens = old.prompt_tokens + excluded.prompt_tokens,
            completion_tokens = old.completion_tokens + excluded.completion_tokens, cost = old.cost + excluded.cost';
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO finished_leaders (organization_id, job_id)
        SELECT came.organization_id, came.id FROM came JOIN went ON went.seq = came.seq
        WHERE came.followed = 1 AND came.state IN ('completed', 'failed', 'cancelled') AND went.state <> came.state
        ORDER BY came.id
        ON CONFLICT (job_id) DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER batches_insert AFTER INSERT ON jobs REFERENCING NEW TABLE AS came
FOR EACH STATEMENT EXECUTE FUNCTION count_batches();
CREATE TRIGGER batches_update AFTER UPDATE ON jobs REFERENCING NEW TABLE AS came OLD TABLE AS went
FOR EACH STATEMENT EXECUTE FUNCTION count_batches();
CREATE TRIGGER batches_delete AFTER DELETE ON jobs REFERENCING OLD TABLE AS went
FOR EACH STATEMENT EXECUTE FUNCTION count_batches();

CREATE FUNCTION empty_batch_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM batch_counts;
    RETURN NULL;
END
$$;
CREATE TRIGGER batches_truncate AFTER TRUNCATE ON jobs
FOR EACH STATEMENT EXECUTE FUNCTION empty_batch_counts();

ALTER TABLE outbox ADD COLUMN batch_id text NOT NULL DEFAULT '';
