-- name: rescue_jobs
-- Jobs of dead workers can be claimed again, unless that is forbidden or has been in vain too often.
-- system: upkeep.
UPDATE jobs
SET deaths = jobs.deaths + workers.blamed, lease_token = NULL, worker_id = NULL, run_at = :now, updated_at = :now,
    events = jobs.events + 1,
    state = CASE WHEN jobs.cancel_requested = 1 THEN 'cancelled'
        WHEN jobs.on_worker_loss = 'fail' OR jobs.deaths + workers.blamed >= :deaths_allowed THEN 'failed'
        ELSE 'queued' END,
    error_code = CASE WHEN jobs.cancel_requested = 1 THEN 'cancelled'
        WHEN jobs.on_worker_loss = 'fail' THEN 'worker_lost'
        WHEN jobs.deaths + workers.blamed >= :deaths_allowed THEN 'poison' END,
    error = CASE WHEN jobs.cancel_requested = 1 THEN 'cancelled on request'
        WHEN jobs.on_worker_loss = 'fail'
            THEN 'the worker died while it ran this job, and the agent forbids another try'
        WHEN jobs.deaths + workers.blamed >= :deaths_allowed
            THEN 'every worker that ran this job died, the last one while it ran nothing else; retry it if the cause is gone'
        END,
    completed_at = CASE WHEN jobs.cancel_requested = 1 OR jobs.on_worker_loss = 'fail'
            OR jobs.deaths + workers.blamed >= :deaths_allowed THEN :now END
FROM workers
WHERE jobs.state = 'running' AND jobs.worker_id = workers.id AND workers.state <> 'alive'
RETURNING jobs.id, jobs.organization_id, jobs.agent_id, jobs.generation, jobs.attempts, jobs.state, jobs.events,
    jobs.deaths

-- name: list_suspects
-- Jobs of which one more dead worker would make poison: each runs alone, so that no innocent is blamed.
-- system: a worker serves every organization.
SELECT seq, agent_id, batch_id FROM jobs
WHERE state = 'queued' AND deaths >= 2 AND format <= :format
ORDER BY seq LIMIT :limit

-- name: find_newer_job
-- A queued job of a format that is newer than a worker knows, who must leave it alone.
-- system: a worker serves every organization.
SELECT seq FROM jobs WHERE state = 'queued' AND format > :format LIMIT 1

-- name: claim_suspect
-- A worker that runs nothing else takes one suspect.
-- system: a worker serves every organization.
UPDATE jobs
SET state = 'running', attempts = attempts + 1, lease_token = :lease_token, worker_id = :worker_id,
    started_at = :now, updated_at = :now, events = events + 1
WHERE seq = :seq AND state = 'queued'
RETURNING id, organization_id, agent_id, agent_version, generation, attempts, errors, max_attempts, deadline_at,
    created_at, started_at, run_at, lease_token, events, inputs, options, batch_id, kind

-- name: find_lease
-- A claim that still holds its job.
-- system: the worker names the job by its own claim.
SELECT 1 AS held FROM jobs WHERE id = :job_id AND lease_token = :lease_token AND state = 'running'

-- name: list_held_jobs
-- All that a worker holds, so that it can tell what it does not know of.
-- system: the worker names itself.
SELECT id, organization_id, agent_id, agent_version, generation, attempts, errors, max_attempts, deadline_at,
    created_at, started_at, run_at, lease_token, events, inputs, options, batch_id, kind
FROM jobs
WHERE state = 'running' AND worker_id = :worker_id

-- name: find_ending
-- How an attempt ended, if it did.
-- system: the worker names the job by its own claim.
SELECT event FROM job_events
WHERE job_id = :job_id AND generation = :generation AND attempt = :attempt
    AND event IN ('job.completed', 'job.failed', 'job.cancelled', 'job.retry_scheduled', 'job.released')
LIMIT 1

-- name: count_stuck_jobs
-- Jobs that should have ended: their deadline passed a minute ago. Always 0, or nothing sweeps any more.
-- system: a figure of the whole server.
SELECT count(*) AS jobs FROM jobs
WHERE state IN ('queued', 'running', 'waiting') AND deadline_at < :now - 60000000
