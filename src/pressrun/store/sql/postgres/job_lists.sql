-- name: walk_jobs_in_state
-- The newest jobs of an organization in one state, before a place in the order of acceptance. Rows are compared whole,
-- here and below, so that no planner hopes to meet one soon on its way back through all jobs there are.
SELECT seq, seq AS place, CASE WHEN (:error_code = '' OR error_code = :error_code) AND kind = 'agent' THEN 1 ELSE 0 END AS matches
FROM jobs
WHERE (organization_id, state, seq) < (:organization_id, :state, :before)
    AND (organization_id, state, seq) >= (:organization_id, :state, :first)
ORDER BY organization_id DESC, state DESC, seq DESC LIMIT :limit

-- name: walk_single_jobs
-- The same of those that belong to no batch.
SELECT seq, seq AS place, CASE WHEN (:states = '' OR :states LIKE '%' || state || '%')
    AND (:error_code = '' OR error_code = :error_code) AND kind = 'agent' THEN 1 ELSE 0 END AS matches
FROM jobs
WHERE batch_id = '' AND (organization_id, seq) < (:organization_id, :before)
    AND (organization_id, seq) >= (:organization_id, :first)
ORDER BY organization_id DESC, seq DESC LIMIT :limit

-- name: walk_failed_jobs
-- The same of those that ended with one error.
SELECT seq, seq AS place, CASE WHEN :states LIKE '%' || state || '%' AND (:agent_id = '' OR agent_id = :agent_id)
    AND (:single = 0 OR batch_id = '') AND (kind = 'agent' OR agent_id = :agent_id) THEN 1 ELSE 0 END AS matches
FROM jobs
WHERE state IN ('failed', 'cancelled')
    AND (organization_id, error_code, seq) < (:organization_id, :error_code, :before)
    AND (organization_id, error_code, seq) >= (:organization_id, :error_code, :first)
ORDER BY organization_id DESC, error_code DESC, seq DESC LIMIT :limit

-- name: find_job_lines
-- Jobs by their places, as lists show them: of long inputs and results only how they begin.
SELECT jobs.seq, jobs.id, jobs.agent_id, agents.name AS agent_name, jobs.agent_version, jobs.state, jobs.created_at,
    jobs.updated_at, jobs.started_at, jobs.completed_at, jobs.attempts, jobs.generation, jobs.error_code, jobs.error,
    jobs.cancel_requested, jobs.batch_id, jobs.batch_row, jobs.same_as, jobs.prompt_tokens, jobs.completion_tokens,
    CASE WHEN jobs.unpriced_calls = 0 THEN jobs.cost END AS cost, substr(jobs.inputs, 1, 4096) AS inputs,
    substr(results.payload, 1, 4096) AS result
FROM unnest(CAST(:seq AS bigint[]), CAST(:organization_id AS text[])) AS entry (seq, organization_id)
JOIN jobs ON jobs.seq = entry.seq AND jobs.organization_id = entry.organization_id
LEFT JOIN agents ON agents.id = jobs.agent_id
LEFT JOIN results ON results.job_id = jobs.id AND results.generation = jobs.generation AND jobs.state = 'completed'
