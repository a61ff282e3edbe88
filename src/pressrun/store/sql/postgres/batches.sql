-- name: hold_batch
-- A batch, kept from changing until the transaction ends.
SELECT * FROM batches WHERE id = :batch_id AND organization_id = :organization_id FOR UPDATE

-- name: try_hold_batch
-- The same for upkeep, which leaves alone what somebody else is at.
SELECT * FROM batches WHERE id = :batch_id AND organization_id = :organization_id FOR UPDATE SKIP LOCKED

-- name: add_batch_rows
-- Rows of an upload.
INSERT INTO batch_rows (organization_id, batch_id, row, row_id, job_id, cells, inputs, inputs_hash, first_row,
    problem)
SELECT entry.organization_id, entry.batch_id, entry.row, entry.row_id, entry.job_id, entry.cells, entry.inputs,
    entry.inputs_hash, entry.first_row, entry.problem
FROM unnest(CAST(:organization_id AS text[]), CAST(:batch_id AS text[]), CAST(:row AS bigint[]),
    CAST(:row_id AS text[]), CAST(:job_id AS text[]), CAST(:cells AS bytea[]), CAST(:inputs AS bytea[]),
    CAST(:inputs_hash AS text[]), CAST(:first_row AS bigint[]), CAST(:problem AS text[]))
    AS entry (organization_id, batch_id, row, row_id, job_id, cells, inputs, inputs_hash, first_row, problem)

-- name: follow_jobs
-- Jobs whose results others wait for; in order, so that two transactions never wait for each other.
UPDATE jobs SET followed = 1
FROM (
    SELECT jobs.seq FROM jobs
    JOIN unnest(CAST(:job_id AS text[]), CAST(:organization_id AS text[])) AS entry (id, organization_id)
        ON jobs.id = entry.id AND jobs.organization_id = entry.organization_id
    ORDER BY jobs.seq FOR UPDATE OF jobs
) AS leaders
WHERE jobs.seq = leaders.seq
RETURNING jobs.id, jobs.organization_id, jobs.state

-- name: hold_finished_leaders
-- Jobs that ended while others wait to take over their results; another process may be at some of them.
-- system: upkeep.
SELECT finished_leaders.job_id, finished_leaders.organization_id, jobs.state, jobs.generation, jobs.error_code,
    jobs.error, jobs.batch_row
FROM finished_leaders
LEFT JOIN jobs ON jobs.id = finished_leaders.job_id
ORDER BY finished_leaders.job_id LIMIT :limit FOR UPDATE OF finished_leaders SKIP LOCKED

-- name: find_finished_leaders
-- Those of some jobs that ended while others wait; whoever is at them is waited for.
SELECT finished_leaders.job_id, finished_leaders.organization_id, jobs.state, jobs.generation, jobs.error_code,
    jobs.error, jobs.batch_row
FROM finished_leaders
JOIN unnest(CAST(:job_id AS text[]), CAST(:organization_id AS text[])) AS entry (job_id, organization_id)
    ON finished_leaders.job_id = entry.job_id AND finished_leaders.organization_id = entry.organization_id
LEFT JOIN jobs ON jobs.id = finished_leaders.job_id
ORDER BY finished_leaders.job_id FOR UPDATE OF finished_leaders

-- name: add_finished_leaders
-- They had ended before anybody waited.
INSERT INTO finished_leaders (organization_id, job_id)
SELECT entry.organization_id, entry.job_id
FROM unnest(CAST(:organization_id AS text[]), CAST(:job_id AS text[])) AS entry (organization_id, job_id)
ON CONFLICT (job_id) DO NOTHING

-- name: copy_results
-- Results taken over from another job.
INSERT INTO results (organization_id, job_id, generation, payload, digest, created_at)
SELECT results.organization_id, entry.job_id, entry.generation, results.payload, results.digest, :now
FROM unnest(CAST(:organization_id AS text[]), CAST(:job_id AS text[]), CAST(:generation AS bigint[]),
    CAST(:leader_id AS text[]), CAST(:leader_generation AS bigint[]))
    AS entry (organization_id, job_id, generation, leader_id, leader_generation)
JOIN results ON results.job_id = entry.leader_id AND results.generation = entry.leader_generation
    AND results.organization_id = entry.organization_id

-- name: retry_rows
-- Failed rows start their next generation, with the inputs they had or with others.
UPDATE jobs
SET state = CASE WHEN entry.same_as IS NULL THEN 'queued' ELSE 'waiting' END, same_as = entry.same_as,
    inputs_hash = CASE WHEN entry.inputs IS NULL THEN jobs.inputs_hash WHEN entry.same_as IS NULL THEN entry.inputs_hash
        END,
    inputs = coalesce(entry.inputs, jobs.inputs),
    generation = jobs.generation + 1, attempts = 0, errors = 0, deaths = 0, cancel_requested = 0,
    run_at = CASE WHEN entry.same_as IS NULL THEN :now ELSE entry.never END,
    deadline_at = :now + jobs.deadline_s * 1000000, updated_at = :now, started_at = NULL, completed_at = NULL,
    error_code = NULL, error = NULL, events = jobs.events + 1,
    agent_version = coalesce(entry.agent_version, jobs.agent_version)
FROM unnest(CAST(:job_id AS text[]), CAST(:organization_id AS text[]), CAST(:same_as AS text[]),
    CAST(:never AS bigint[]), CAST(:agent_version AS bigint[]), CAST(:left_state AS text[]),
    CAST(:inputs AS bytea[]), CAST(:inputs_hash AS text[]))
    AS entry (job_id, organization_id, same_as, never, agent_version, left_state, inputs, inputs_hash)
WHERE jobs.id = entry.job_id AND jobs.organization_id = entry.organization_id
    AND jobs.state IN ('failed', 'cancelled')
RETURNING jobs.id, jobs.organization_id, jobs.agent_id, jobs.generation, jobs.events, entry.left_state

-- name: add_corrected_jobs
-- Rows that could not be run before become jobs.
INSERT INTO jobs (id, organization_id, agent_id, agent_version, key_id, state, priority, max_attempts, on_worker_loss,
    run_at, deadline_at, deadline_s, created_at, updated_at, events, inputs, options, format, batch_id, batch_row,
    same_as, inputs_hash)
SELECT entry.job_id, batches.organization_id, batches.agent_id, entry.agent_version, batches.key_id,
    CASE WHEN entry.same_as IS NULL THEN 'queued' ELSE 'waiting' END, batches.priority, entry.max_attempts,
    entry.on_worker_loss, CASE WHEN entry.same_as IS NULL THEN :now ELSE entry.never END,
    :now + entry.deadline_s * 1000000, entry.deadline_s, :now, :now, 1, entry.inputs, entry.options, 2, batches.id,
    entry.row, entry.same_as, CASE WHEN entry.same_as IS NULL THEN entry.inputs_hash END
FROM unnest(CAST(:organization_id AS text[]), CAST(:batch_id AS text[]), CAST(:row AS bigint[]),
    CAST(:job_id AS text[]), CAST(:agent_version AS bigint[]), CAST(:max_attempts AS bigint[]),
    CAST(:on_worker_loss AS text[]), CAST(:deadline_s AS bigint[]), CAST(:inputs AS bytea[]),
    CAST(:options AS bytea[]), CAST(:same_as AS text[]), CAST(:never AS bigint[]), CAST(:inputs_hash AS text[]))
    AS entry (organization_id, batch_id, row, job_id, agent_version, max_attempts, on_worker_loss, deadline_s, inputs,
        options, same_as, never, inputs_hash)
JOIN batches ON batches.id = entry.batch_id AND batches.organization_id = entry.organization_id
ORDER BY entry.row
RETURNING id, organization_id, agent_id, state

-- name: find_failed_rows
-- Chosen rows of a batch that had failed at a moment.
SELECT jobs.seq, jobs.id, jobs.batch_row, jobs.state, jobs.error_code, jobs.inputs, jobs.same_as
FROM unnest(CAST(:organization_id AS text[]), CAST(:batch_id AS text[]), CAST(:row AS bigint[]),
    CAST(:before AS bigint[])) AS entry (organization_id, batch_id, row, before)
JOIN jobs ON jobs.batch_id = entry.batch_id AND jobs.batch_row = entry.row AND jobs.batch_id <> ''
    AND jobs.organization_id = entry.organization_id
WHERE jobs.state IN ('failed', 'cancelled') AND jobs.completed_at <= entry.before
ORDER BY jobs.batch_row

-- name: find_job_states
-- Where jobs stand, and what they were asked.
SELECT jobs.id, jobs.state, jobs.inputs
FROM unnest(CAST(:job_id AS text[]), CAST(:organization_id AS text[])) AS entry (job_id, organization_id)
JOIN jobs ON jobs.id = entry.job_id AND jobs.organization_id = entry.organization_id
