-- name: walk_jobs_of_agent
-- The newest jobs of an agent before a place in the order of acceptance.
SELECT seq, seq AS place, CASE WHEN (:single = 0 OR batch_id = '')
    AND (:error_code = '' OR error_code = :error_code) THEN 1 ELSE 0 END AS matches
FROM jobs
WHERE agent_id = :agent_id AND organization_id = :organization_id AND seq < :before AND seq >= :first
ORDER BY seq DESC LIMIT :limit

-- name: walk_jobs_of_agent_in_phase
-- The same of those that are open, completed or failed.
SELECT seq, seq AS place, CASE WHEN :states LIKE '%' || state || '%' AND (:single = 0 OR batch_id = '')
    AND (:error_code = '' OR error_code = :error_code) THEN 1 ELSE 0 END AS matches
FROM jobs
WHERE agent_id = :agent_id AND phase = :phase AND organization_id = :organization_id AND seq < :before
    AND seq >= :first
ORDER BY seq DESC LIMIT :limit

-- name: walk_jobs_of_batch
-- The rows of a batch from the last one, before a row.
SELECT seq, batch_row AS place, CASE WHEN (:states = '' OR :states LIKE '%' || state || '%')
    AND (:agent_id = '' OR agent_id = :agent_id) AND (:error_code = '' OR error_code = :error_code)
    AND seq >= :first AND seq < :last THEN 1 ELSE 0 END AS matches
FROM jobs
WHERE batch_id = :batch_id AND batch_id <> '' AND organization_id = :organization_id AND batch_row < :before
ORDER BY batch_row DESC LIMIT :limit

-- name: find_job_position
-- Where a job stands in the order of acceptance, and in its batch.
SELECT seq, batch_row FROM jobs WHERE id = :job_id AND organization_id = :organization_id

-- name: find_job_at
-- A job by its place in the order of acceptance.
SELECT id FROM jobs WHERE seq = :seq AND organization_id = :organization_id

-- name: find_last_place
-- The place of the job that was accepted last.
-- system: the order of acceptance is of all organizations together.
SELECT CAST(coalesce(max(seq), 0) AS bigint) AS seq FROM jobs

-- name: find_accepted_from
-- When the first job from a place on was accepted.
-- system: the order of acceptance is of all organizations together.
SELECT seq, created_at FROM jobs WHERE seq >= :seq ORDER BY seq LIMIT 1
