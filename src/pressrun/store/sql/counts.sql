-- name: count_jobs
-- How many jobs of an agent are in each state.
SELECT state, SUM(jobs) AS jobs
FROM job_counts
WHERE organization_id = :organization_id AND agent_id = :agent_id
GROUP BY state

-- name: count_all_jobs
-- How many jobs are in each state, those that were deleted after their end among them.
-- system: a figure of the whole server.
SELECT state, SUM(jobs) AS jobs
FROM (SELECT state, jobs FROM job_counts UNION ALL SELECT state, jobs FROM forgotten_counts) AS counted
GROUP BY state

-- name: list_lanes
-- Every agent with something queued or running, its own limit, and the models its deployed version asks; in order, so
-- that both databases deal free places alike. What takes files in has no agent, and a lane in each organization.
-- system: the claim serves every organization.
SELECT counts.organization_id, counts.agent_id, agents.concurrency, coalesce(agents.models, '[]') AS models,
    SUM(CASE WHEN counts.state = 'queued' THEN counts.jobs ELSE 0 END) AS queued,
    SUM(CASE WHEN counts.state = 'running' THEN counts.jobs ELSE 0 END) AS running
FROM job_counts AS counts
LEFT JOIN agents ON agents.id = counts.agent_id
WHERE counts.state IN ('queued', 'running') AND counts.jobs <> 0
    AND (agents.id IS NOT NULL OR counts.agent_id LIKE 'ingest.%')
GROUP BY counts.organization_id, counts.agent_id, agents.concurrency, agents.models
ORDER BY counts.organization_id, counts.agent_id

-- name: list_model_limits
-- The models that have a limit or share one, and those that stand for prompts which name none.
-- system: the claim serves every organization.
SELECT organization_id, name, concurrency, is_default, account, rpm, tpm FROM models
WHERE concurrency IS NOT NULL OR is_default = 1 OR account IS NOT NULL OR rpm IS NOT NULL OR tpm IS NOT NULL

-- name: list_model_calls
-- Calls of every model, by outcome and latency.
-- system: a figure of the whole server.
SELECT organization_id, model, outcome, bucket_ms, CAST(SUM(calls) AS bigint) AS calls,
    CAST(SUM(duration_us) AS bigint) AS duration_us, CAST(SUM(prompt_tokens) AS bigint) AS prompt_tokens,
    CAST(SUM(completion_tokens) AS bigint) AS completion_tokens
FROM model_calls
GROUP BY organization_id, model, outcome, bucket_ms
ORDER BY organization_id, model, outcome, bucket_ms

-- name: average_model_calls
-- The calls that were answered, of every model of an organization, and how long they took altogether.
SELECT model, CAST(SUM(calls) AS bigint) AS calls, CAST(SUM(duration_us) AS bigint) AS duration_us
FROM model_calls
WHERE organization_id = :organization_id AND outcome = 'completed'
GROUP BY model
