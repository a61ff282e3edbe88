-- name: hold_job
-- One job, kept from changing until the transaction ends.
SELECT * FROM jobs WHERE id = :job_id AND organization_id = :organization_id FOR UPDATE

-- name: create_jobs
-- Accept jobs, each only if its agent still has the version deployed that its inputs were checked against.
INSERT INTO jobs (id, organization_id, agent_id, agent_version, key_id, state, priority, max_attempts, on_worker_loss,
    run_at, deadline_at, deadline_s, created_at, updated_at, events, inputs, options)
SELECT new.id, new.organization_id, new.agent_id, new.agent_version, new.key_id, 'queued', new.priority,
    new.max_attempts, new.on_worker_loss, :now, :now + new.deadline_s * 1000000, new.deadline_s, :now, :now, 1,
    new.inputs, new.options
FROM unnest(CAST(:job_id AS text[]), CAST(:organization_id AS text[]), CAST(:agent_id AS text[]),
    CAST(:agent_version AS bigint[]), CAST(:key_id AS text[]), CAST(:priority AS bigint[]),
    CAST(:max_attempts AS bigint[]), CAST(:on_worker_loss AS text[]), CAST(:deadline_s AS bigint[]),
    CAST(:inputs AS bytea[]), CAST(:options AS bytea[]), CAST(:agent_reference AS text[]))
    WITH ORDINALITY AS new (id, organization_id, agent_id, agent_version, key_id, priority, max_attempts,
        on_worker_loss, deadline_s, inputs, options, agent_reference, position)
JOIN agents ON agents.id = new.agent_id AND agents.organization_id = new.organization_id
    AND (agents.id = new.agent_reference OR agents.alias = new.agent_reference)
    AND agents.deployed_version = new.agent_version AND agents.deleted_at IS NULL
ORDER BY new.position
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
    LIMIT CAST(:limit AS bigint) FOR UPDATE SKIP LOCKED
) AND state = :state
RETURNING id, organization_id, agent_id, generation, attempts, state, events
