-- name: find_job
-- One job of an organization, with the result of its current generation.
SELECT jobs.*, results.payload AS result
FROM jobs
LEFT JOIN results ON results.job_id = jobs.id AND results.generation = jobs.generation
WHERE jobs.id = :job_id AND jobs.organization_id = :organization_id

-- name: list_jobs
-- A page of an agent's jobs, newest first: whole blocks are skipped by their counts, the rest on the index before
-- any row is read.
WITH blocks AS (
    SELECT block, SUM(jobs) AS jobs FROM job_blocks
    WHERE organization_id = :organization_id AND agent_id = :agent_id GROUP BY block
), reaching AS (
    SELECT block, jobs, SUM(jobs) OVER (ORDER BY block DESC) AS reach FROM blocks
), start AS (
    SELECT block, CAST(reach - jobs AS bigint) AS before FROM reaching WHERE reach > :offset ORDER BY block DESC LIMIT 1
)
SELECT jobs.*, results.payload AS result
FROM (
    SELECT seq FROM jobs
    WHERE agent_id = :agent_id AND seq < ((SELECT block FROM start) + 1) * 16384
    ORDER BY seq DESC LIMIT :limit OFFSET :offset - (SELECT before FROM start)
) AS page
JOIN jobs ON jobs.seq = page.seq
LEFT JOIN results ON results.job_id = jobs.id AND results.generation = jobs.generation
WHERE jobs.organization_id = :organization_id
ORDER BY page.seq DESC

-- name: list_jobs_in_phase
-- The same page of those that are open, completed or failed.
WITH blocks AS (
    SELECT block, SUM(jobs) AS jobs FROM job_blocks
    WHERE organization_id = :organization_id AND agent_id = :agent_id AND phase = :phase GROUP BY block
), reaching AS (
    SELECT block, jobs, SUM(jobs) OVER (ORDER BY block DESC) AS reach FROM blocks
), start AS (
    SELECT block, CAST(reach - jobs AS bigint) AS before FROM reaching WHERE reach > :offset ORDER BY block DESC LIMIT 1
)
SELECT jobs.*, results.payload AS result
FROM (
    SELECT seq FROM jobs
    WHERE agent_id = :agent_id AND phase = :phase AND seq < ((SELECT block FROM start) + 1) * 16384
    ORDER BY seq DESC LIMIT :limit OFFSET :offset - (SELECT before FROM start)
) AS page
JOIN jobs ON jobs.seq = page.seq
LEFT JOIN results ON results.job_id = jobs.id AND results.generation = jobs.generation
WHERE jobs.organization_id = :organization_id
ORDER BY page.seq DESC

-- name: cancel_job
-- A job that does not run is cancelled at once: no model is ever called for it again.
UPDATE jobs
SET state = 'cancelled', error_code = 'cancelled', error = :error, completed_at = :now, updated_at = :now,
    cancel_requested = 1, events = events + 1
WHERE id = :job_id AND organization_id = :organization_id AND state IN ('queued', 'waiting')
RETURNING events

-- name: request_cancel
-- A running job is asked to stop; whichever commits first, its result or its cancellation, stands.
UPDATE jobs
SET cancel_requested = 1, updated_at = :now, events = events + 1
WHERE id = :job_id AND organization_id = :organization_id AND state = 'running' AND cancel_requested = 0
RETURNING events

-- name: retry_job
-- A failed or cancelled job starts its next generation; of many callers one moves it.
UPDATE jobs
SET state = 'queued', generation = generation + 1, attempts = 0, errors = 0, deaths = 0, cancel_requested = 0,
    run_at = :now, deadline_at = :now + deadline_s * 1000000, updated_at = :now, started_at = NULL,
    completed_at = NULL, error_code = NULL, error = NULL, events = events + 1, same_as = NULL
WHERE id = :job_id AND organization_id = :organization_id AND state IN ('failed', 'cancelled')
RETURNING events, generation

-- name: list_cancelling_agents
-- Deleted agents whose open jobs are to be cancelled too.
-- system: upkeep.
SELECT organization_id, id FROM agents WHERE cancel_jobs = 1 ORDER BY id LIMIT :limit

-- name: end_cancelling
-- Nothing of a deleted agent is open any more.
UPDATE agents SET cancel_jobs = 0 WHERE organization_id = :organization_id AND id = :agent_id

-- name: request_cancel_of_agent
-- The running jobs of an agent are asked to stop.
UPDATE jobs
SET cancel_requested = 1, updated_at = :now, events = events + 1
WHERE agent_id = :agent_id AND organization_id = :organization_id AND state = 'running' AND cancel_requested = 0
RETURNING id, organization_id, agent_id, generation, attempts, events

-- name: delete_job
-- A job that has ended is gone for good.
DELETE FROM jobs
WHERE id = :job_id AND organization_id = :organization_id AND state IN ('completed', 'failed', 'cancelled')
RETURNING agent_id, state

-- name: delete_job_results
-- The results of a job that is gone.
DELETE FROM results WHERE job_id = :job_id AND organization_id = :organization_id

-- name: delete_job_events
-- The timeline of a job that is gone.
DELETE FROM job_events WHERE job_id = :job_id AND organization_id = :organization_id

-- name: list_cancelled_runs
-- The jobs a worker runs that somebody asked to cancel.
-- system: a worker serves every organization.
SELECT id FROM jobs WHERE state = 'running' AND worker_id = :worker_id AND cancel_requested = 1

-- name: find_oldest_queued
-- How long the job has waited that has been runnable longest.
-- system: a figure of the whole server.
SELECT CAST(:now - min(run_at) AS bigint) AS waited_us FROM jobs WHERE state = 'queued'

-- name: find_created
-- Whether a job was accepted.
-- system: its id was just made, and nobody else knows it.
SELECT 1 AS found FROM jobs WHERE id = :job_id

-- name: create_ingest_job
-- A file or a page is to be taken in, by a worker that knows how to.
INSERT INTO jobs (id, organization_id, agent_id, agent_version, key_id, state, priority, max_attempts, on_worker_loss,
    run_at, deadline_at, deadline_s, created_at, updated_at, events, inputs, options, format, kind)
VALUES (:job_id, :organization_id, :agent_id, 0, :key_id, 'queued', :priority, :max_attempts, 'retry',
    :now, :now + CAST(:deadline_s AS bigint) * 1000000, :deadline_s, :now, :now, 1, :inputs, :options, 3, 'ingest')
