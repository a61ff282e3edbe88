-- name: hold_batch
-- A batch, kept from changing until the transaction ends; SQLite has one writer at a time.
SELECT * FROM batches WHERE id = :batch_id AND organization_id = :organization_id

-- name: try_hold_batch
-- The same for upkeep; nobody else can be at it.
SELECT * FROM batches WHERE id = :batch_id AND organization_id = :organization_id

-- name: add_batch_rows
-- Rows of an upload.
INSERT INTO batch_rows (organization_id, batch_id, row, row_id, job_id, cells, inputs, inputs_hash, first_row,
    problem)
VALUES (:organization_id, :batch_id, :row, :row_id, :job_id, :cells, :inputs, :inputs_hash, :first_row,
    :problem)

-- name: follow_jobs
-- Jobs whose results others wait for.
UPDATE jobs SET followed = 1 WHERE id = :job_id AND organization_id = :organization_id
RETURNING id, organization_id, state

-- name: hold_finished_leaders
-- Jobs that ended while others wait to take over their results.
-- system: upkeep.
SELECT finished_leaders.job_id, finished_leaders.organization_id, jobs.state, jobs.generation, jobs.error_code,
    jobs.error, jobs.batch_row
FROM finished_leaders
LEFT JOIN jobs ON jobs.id = finished_leaders.job_id
ORDER BY finished_leaders.job_id LIMIT :limit

-- name: find_finished_leaders
-- One of some jobs that ended while others wait.
SELECT finished_leaders.job_id, finished_leaders.organization_id, jobs.state, jobs.generation, jobs.error_code,
    jobs.error, jobs.batch_row
FROM finished_leaders
LEFT JOIN jobs ON jobs.id = finished_leaders.job_id
WHERE finished_leaders.job_id = :job_id AND finished_leaders.organization_id = :organization_id

-- name: add_finished_leaders
-- They had ended before anybody waited.
INSERT INTO finished_leaders (organization_id, job_id) VALUES (:organization_id, :job_id) ON CONFLICT (job_id) DO NOTHING

-- name: copy_results
-- Results taken over from another job.
INSERT INTO results (organization_id, job_id, generation, payload, digest, created_at)
SELECT results.organization_id, :job_id, :generation, results.payload, results.digest, :now
FROM results
WHERE results.job_id = :leader_id AND results.generation = :leader_generation
    AND results.organization_id = :organization_id

-- name: retry_rows
-- Failed rows start their next generation, with the inputs they had or with others.
UPDATE jobs
SET state = CASE WHEN :same_as IS NULL THEN 'queued' ELSE 'waiting' END, same_as = :same_as,
    inputs_hash = CASE WHEN :inputs IS NULL THEN inputs_hash WHEN :same_as IS NULL THEN :inputs_hash END,
    inputs = coalesce(:inputs, inputs),
    generation = generation + 1, attempts = 0, errors = 0, deaths = 0, cancel_requested = 0,
    run_at = CASE WHEN :same_as IS NULL THEN :now ELSE :never END, deadline_at = :now + deadline_s * 1000000,
    updated_at = :now, started_at = NULL, completed_at = NULL, error_code = NULL, error = NULL, events = events + 1,
    agent_version = coalesce(:agent_version, agent_version)
WHERE id = :job_id AND organization_id = :organization_id AND state IN ('failed', 'cancelled')
RETURNING id, organization_id, agent_id, generation, events, :left_state AS left_state

-- name: add_corrected_jobs
-- Rows that could not be run before become jobs.
INSERT INTO jobs (id, organization_id, agent_id, agent_version, key_id, state, priority, max_attempts, on_worker_loss,
    run_at, deadline_at, deadline_s, created_at, updated_at, events, inputs, options, format, batch_id, batch_row,
    same_as, inputs_hash)
SELECT :job_id, organization_id, agent_id, :agent_version, key_id,
    CASE WHEN :same_as IS NULL THEN 'queued' ELSE 'waiting' END, priority, :max_attempts, :on_worker_loss,
    CASE WHEN :same_as IS NULL THEN :now ELSE :never END, :now + :deadline_s * 1000000, :deadline_s, :now, :now, 1,
    :inputs, :options, 2, id, :row, :same_as, CASE WHEN :same_as IS NULL THEN :inputs_hash END
FROM batches WHERE id = :batch_id AND organization_id = :organization_id
RETURNING id, organization_id, agent_id, state

-- name: find_failed_rows
-- Chosen rows of a batch that had failed at a moment.
SELECT seq, id, batch_row, state, error_code, inputs, same_as FROM jobs
WHERE batch_id = :batch_id AND batch_id <> '' AND organization_id = :organization_id AND batch_row = :row
    AND state IN ('failed', 'cancelled') AND completed_at <= :before

-- name: find_job_states
-- Where jobs stand, and what they were asked.
SELECT id, state, inputs FROM jobs WHERE id = :job_id AND organization_id = :organization_id
