-- name: hold_job
-- One job, kept from changing until the transaction ends.
SELECT * FROM jobs WHERE id = :job_id AND organization_id = :organization_id

-- name: create_jobs
-- Accept jobs, each only if its agent still has the version deployed that its inputs were checked against.
INSERT INTO jobs (id, organization_id, agent_id, agent_version, key_id, state, priority, max_attempts, on_worker_loss,
    run_at, deadline_at, deadline_s, created_at, updated_at, events, inputs, options)
SELECT :job_id, :organization_id, :agent_id, :agent_version, :key_id, 'queued', :priority, :max_attempts,
    :on_worker_loss, :now, :now + :deadline_s * 1000000, :deadline_s, :now, :now, 1, :inputs, :options
FROM agents
WHERE agents.id = :agent_id AND agents.organization_id = :organization_id
    AND (agents.id = :agent_reference OR agents.alias = :agent_reference)
    AND agents.deployed_version = :agent_version AND agents.deleted_at IS NULL
RETURNING id, created_at

-- name: cancel_jobs_of_agent
-- Some jobs of an agent that do not run are cancelled.
UPDATE jobs
SET state = 'cancelled', error_code = 'cancelled', error = :error, completed_at = :now, updated_at = :now,
    cancel_requested = 1, events = events + 1
WHERE seq IN (
    SELECT seq FROM jobs
    WHERE agent_id = :agent_id AND organization_id = :organization_id AND state = :state
        AND state IN ('queued', 'waiting')
    LIMIT :limit
) AND state = :state
RETURNING id, organization_id, agent_id, generation, attempts, state, events
