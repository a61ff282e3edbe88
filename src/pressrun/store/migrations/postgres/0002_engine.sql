-- What keeps a promise under fault: formats, suspects, outages, checkpoints, deletions that cancel.

-- A worker claims only jobs whose format it knows, so that an older one leaves a newer one's work alone.
ALTER TABLE jobs ADD COLUMN format bigint NOT NULL DEFAULT 1;
CREATE INDEX jobs_suspect ON jobs (seq) WHERE state = 'queued' AND deaths >= 2;

-- 1: open jobs of the deleted agent are cancelled; 0: they finish on their versions.
ALTER TABLE agents ADD COLUMN cancel_jobs bigint NOT NULL DEFAULT 0;
CREATE INDEX agents_cancelling ON agents (id) WHERE cancel_jobs = 1;

-- 0: the worker ended for reasons that its jobs have nothing to do with.
ALTER TABLE workers ADD COLUMN blamed bigint NOT NULL DEFAULT 1;

-- A row stands here only while a model's provider is in trouble.
CREATE TABLE model_outages (
    organization_id text NOT NULL,
    model text NOT NULL,
    failures bigint NOT NULL,
    openings bigint NOT NULL,
    open_until bigint NOT NULL,
    allowance bigint NOT NULL,
    reason text NOT NULL,
    since bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (organization_id, model)
);

-- Model calls of an open job that need not be made again.
CREATE TABLE checkpoints (
    organization_id text NOT NULL,
    job_id text NOT NULL,
    generation bigint NOT NULL,
    step text NOT NULL,
    payload bytea NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (job_id, generation, step)
);
CREATE INDEX checkpoints_by_age ON checkpoints (created_at);
