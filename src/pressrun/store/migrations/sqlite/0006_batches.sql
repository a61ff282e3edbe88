-- Batches: one row of a file, one job. A lane of the queue is an agent's single jobs, or one batch.

ALTER TABLE jobs ADD COLUMN batch_id TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN batch_row INTEGER;
-- Nano-dollars; NULL while nothing was asked, or where a price is unknown.
ALTER TABLE jobs ADD COLUMN cost INTEGER;
-- The job whose result this one takes over, as its inputs are the same; `followed` on that job.
ALTER TABLE jobs ADD COLUMN same_as TEXT;
ALTER TABLE jobs ADD COLUMN followed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN inputs_hash TEXT;

DROP INDEX jobs_queued;
CREATE INDEX jobs_queued ON jobs (agent_id, batch_id, priority, seq) WHERE state = 'queued';
CREATE UNIQUE INDEX jobs_by_row ON jobs (batch_id, batch_row) WHERE batch_id <> '';
CREATE INDEX jobs_failed_in_batch ON jobs (batch_id, error_code, batch_row)
WHERE batch_id <> '' AND state IN ('failed', 'cancelled');
CREATE INDEX jobs_by_inputs ON jobs (agent_id, agent_version, inputs_hash, seq) WHERE inputs_hash IS NOT NULL;
CREATE INDEX jobs_following ON jobs (same_as) WHERE same_as IS NOT NULL AND state = 'waiting';

CREATE TABLE batches (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    organization_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    agent_version INTEGER NOT NULL,
    key_id TEXT,
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('uploading', 'loading', 'running', 'paused', 'completed',
        'completed_with_errors', 'cancelled')),
    pause_code TEXT,
    pause_reason TEXT,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    rows INTEGER NOT NULL DEFAULT 0,
    invalid INTEGER NOT NULL DEFAULT 0,
    loaded INTEGER NOT NULL DEFAULT 0,
    loaded_row INTEGER NOT NULL DEFAULT 0,
    columns BLOB NOT NULL,
    options BLOB NOT NULL,
    priority INTEGER NOT NULL,
    max_cost INTEGER,
    reserve INTEGER NOT NULL DEFAULT 0,
    trial_rows INTEGER NOT NULL DEFAULT 0,
    passed INTEGER NOT NULL DEFAULT 0,
    stop_errors INTEGER,
    retrying BLOB,
    deadline_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    started_at INTEGER,
    completed_at INTEGER
) STRICT;
CREATE INDEX batches_by_agent ON batches (agent_id, seq);
CREATE INDEX batches_by_organization ON batches (organization_id, seq);
CREATE INDEX batches_open ON batches (seq) WHERE state IN ('uploading', 'loading', 'running', 'paused');

-- What was uploaded, kept for the result file; `problem` where the row was skipped as it is not valid. `first_row` is the
-- earlier row that seems to have the same inputs: an index on their hashes, in random order, would cost half the upload.
CREATE TABLE batch_rows (
    organization_id TEXT NOT NULL,
    batch_id TEXT NOT NULL,
    row INTEGER NOT NULL,
    row_id TEXT,
    job_id TEXT,
    cells BLOB NOT NULL,
    inputs BLOB,
    inputs_hash TEXT,
    first_row INTEGER,
    problem TEXT,
    PRIMARY KEY (batch_id, row)
) STRICT, WITHOUT ROWID;

-- What became of a batch's jobs, kept by triggers: it is right whoever moves, restores or copies jobs.
CREATE TABLE batch_counts (
    organization_id TEXT NOT NULL,
    batch_id TEXT NOT NULL,
    slot INTEGER NOT NULL,
    jobs INTEGER NOT NULL,
    queued INTEGER NOT NULL,
    running INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    following INTEGER NOT NULL,
    completed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    reused INTEGER NOT NULL,
    deaths INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    PRIMARY KEY (batch_id, slot)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER batch_counts_insert AFTER INSERT ON jobs WHEN NEW.batch_id <> '' BEGIN
    INSERT INTO batch_counts (organization_id, batch_id, slot, jobs, queued, running, waiting, following, completed,
        failed, cancelled, reused, deaths, prompt_tokens, completion_tokens, cost)
    VALUES (NEW.organization_id, NEW.batch_id, 0, 1, NEW.state = 'queued', NEW.state = 'running',
        NEW.state = 'waiting', NEW.state = 'waiting' AND NEW.same_as IS NOT NULL, NEW.state = 'completed', NEW.state = 'failed', NEW.state = 'cancelled',
        NEW.state = 'completed' AND NEW.same_as IS NOT NULL, NEW.deaths, NEW.prompt_tokens, NEW.completion_tokens,
        coalesce(NEW.cost, 0))
    ON CONFLICT (batch_id, slot) DO UPDATE SET jobs = jobs + 1, queued = queued + excluded.queued,
        running = running + excluded.running, waiting = waiting + excluded.waiting,
        following = following + excluded.following,
        completed = completed + excluded.completed, failed = failed + excluded.failed,
        cancelled = cancelled + excluded.cancelled, reused = reused + excluded.reused,
        deaths = deaths + excluded.deaths, prompt_tokens = prompt_tokens + excluded.prompt_tokens,
        completion_tokens = completion_tokens + excluded.completion_tokens, cost = cost + excluded.cost;
END;

CREATE TRIGGER batch_counts_update AFTER UPDATE ON jobs WHEN NEW.batch_id <> '' BEGIN
    UPDATE batch_counts SET
        queued = queued + (NEW.state = 'queued') - (OLD.state = 'queued'),
        running = running + (NEW.state = 'running') - (OLD.state = 'running'),
        waiting = waiting + (NEW.state = 'waiting') - (OLD.state = 'waiting'),
        following = following + (NEW.state = 'waiting' AND NEW.same_as IS NOT NULL)
            - (OLD.state = 'waiting' AND OLD.same_as IS NOT NULL),
        completed = completed + (NEW.state = 'completed') - (OLD.state = 'completed'),
        failed = failed + (NEW.state = 'failed') - (OLD.state = 'failed'),
        cancelled = cancelled + (NEW.state = 'cancelled') - (OLD.state = 'cancelled'),
        reused = reused + (NEW.state = 'completed' AND NEW.same_as IS NOT NULL)
            - (OLD.state = 'completed' AND OLD.same_as IS NOT NULL),
        deaths = deaths + NEW.deaths - OLD.deaths,
        prompt_tokens = prompt_tokens + NEW.prompt_tokens - OLD.prompt_tokens,
        completion_tokens = completion_tokens + NEW.completion_tokens - OLD.completion_tokens,
        cost = cost + coalesce(NEW.cost, 0) - coalesce(OLD.cost, 0)
    WHERE batch_id = NEW.batch_id AND slot = 0;
END;

CREATE TRIGGER batch_counts_delete AFTER DELETE ON jobs WHEN OLD.batch_id <> '' BEGIN
    UPDATE batch_counts SET jobs = jobs - 1, queued = queued - (OLD.state = 'queued'),
        running = running - (OLD.state = 'running'), waiting = waiting - (OLD.state = 'waiting'),
        following = following - (OLD.state = 'waiting' AND OLD.same_as IS NOT NULL),
        completed = completed - (OLD.state = 'completed'), failed = failed - (OLD.state = 'failed'),
        cancelled = cancelled - (OLD.state = 'cancelled'),
        reused = reused - (OLD.state = 'completed' AND OLD.same_as IS NOT NULL), deaths = deaths - OLD.deaths,
        prompt_tokens = prompt_tokens - OLD.prompt_tokens,
        completion_tokens = completion_tokens - OLD.completion_tokens, cost = cost - coalesce(OLD.cost, 0)
    WHERE batch_id = OLD.batch_id AND slot = 0;
END;

-- Jobs that ended while others wait to take over their results.
CREATE TABLE finished_leaders (
    organization_id TEXT NOT NULL,
    job_id TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TRIGGER leaders_finish AFTER UPDATE OF state ON jobs
WHEN NEW.followed = 1 AND NEW.state IN ('completed', 'failed', 'cancelled') AND NEW.state <> OLD.state BEGIN
    INSERT INTO finished_leaders (organization_id, job_id) VALUES (NEW.organization_id, NEW.id)
    ON CONFLICT (job_id) DO NOTHING;
END;

ALTER TABLE outbox ADD COLUMN batch_id TEXT NOT NULL DEFAULT '';
