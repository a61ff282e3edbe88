-- name: walk_jobs_in_state
-- The newest jobs of an organization in one state, before a place in the order of acceptance.
SELECT seq, seq AS place, CASE WHEN (:error_code = '' OR error_code = :error_code) AND kind = 'agent' THEN 1 ELSE 0 END AS matches
FROM jobs
WHERE organization_id = :organization_id AND state = :state AND seq < :before AND seq >= :first
ORDER BY seq DESC LIMIT :limit

-- name: walk_single_jobs
-- The same of those that belong to no batch.
SELECT seq, seq AS place, CASE WHEN (:states = '' OR :states LIKE '%' || state || '%')
    AND (:error_code = '' OR error_code = :error_code) AND kind = 'agent' THEN 1 ELSE 0 END AS matches
FROM jobs
WHERE organization_id = :organization_id AND batch_id = '' AND seq < :before AND seq >= :first
ORDER BY seq DESC LIMIT :limit

-- name: walk_failed_jobs
-- The same of those that ended with one error.
SELECT seq, seq AS place, CASE WHEN :states LIKE '%' || state || '%' AND (:agent_id = '' OR agent_id = :agent_id)
    AND (:single = 0 OR batch_id = '') AND (kind = 'agent' OR agent_id = :agent_id) THEN 1 ELSE 0 END AS matches
FROM jobs
WHERE organization_id = :organization_id AND error_code = :error_code AND state IN ('failed', 'cancelled')
    AND seq < :before AND seq >= :first
ORDER BY seq DESC LIMIT :limit

-- name: find_job_lines
-- Jobs by their places, as lists show them: of long inputs and results only how they begin.
SELECT jobs.seq, jobs.id, jobs.agent_id, agents.name AS agent_name, jobs.agent_version, jobs.state, jobs.created_at,
    jobs.updated_at, jobs.started_at, jobs.completed_at, jobs.attempts, jobs.generation, jobs.error_code, jobs.error,
    jobs.cancel_requested, jobs.batch_id, jobs.batch_row, jobs.same_as, jobs.prompt_tokens, jobs.completion_tokens,
    CASE WHEN jobs.unpriced_calls = 0 THEN jobs.cost END AS cost, substr(jobs.inputs, 1, 4096) AS inputs,
    substr(results.payload, 1, 4096) AS result
FROM jobs
LEFT JOIN agents ON agents.id = jobs.agent_id
LEFT JOIN results ON results.job_id = jobs.id AND results.generation = jobs.generation AND jobs.state = 'completed'
WHERE jobs.seq = :seq AND jobs.organization_id = :organization_id
