-- name: count_open_jobs
-- How many runs of an organization's agents are in each state that is no end.
SELECT state, CAST(sum(jobs) AS bigint) AS jobs FROM job_counts
WHERE organization_id = :organization_id AND state IN ('queued', 'running', 'waiting')
    AND agent_id <> 'ingest.' || organization_id
GROUP BY state

-- name: list_ended_hours
-- How many runs of an organization's agents ended in each of the last hours, the present one among them.
SELECT hour, CAST(sum(completed) AS bigint) AS completed, CAST(sum(failed) AS bigint) AS failed,
    CAST(sum(cancelled) AS bigint) AS cancelled
FROM ended_counts
WHERE organization_id = :organization_id AND hour > :now / 3600000000 - CAST(:hours AS bigint)
    AND agent_id <> 'ingest.' || organization_id
GROUP BY hour

-- name: list_agent_runs
-- The agents of an organization, when each was asked for last, and how many of its jobs ended in the last hours.
SELECT agents.id, agents.name, coalesce(ended.completed, 0) AS completed, coalesce(ended.failed, 0) AS failed,
    (SELECT jobs.created_at FROM jobs WHERE jobs.agent_id = agents.id ORDER BY jobs.seq DESC LIMIT 1) AS last_run_at
FROM agents
LEFT JOIN (
    SELECT agent_id, CAST(sum(completed) AS bigint) AS completed, CAST(sum(failed) AS bigint) AS failed
    FROM ended_counts
    WHERE organization_id = :organization_id AND hour > :now / 3600000000 - CAST(:hours AS bigint)
    GROUP BY agent_id
) AS ended ON ended.agent_id = agents.id
WHERE agents.organization_id = :organization_id AND agents.deleted_at IS NULL
ORDER BY agents.created_at DESC, agents.id

-- name: count_runs_of_workers
-- How many jobs each worker carries out.
-- system: a figure of the whole server; what runs is never much.
SELECT worker_id, count(*) AS jobs FROM jobs WHERE state = 'running' GROUP BY worker_id

-- name: forget_ended_counts
-- Hours so long ago that nobody asks about them.
-- system: upkeep.
DELETE FROM ended_counts WHERE hour < :now / 3600000000 - CAST(:hours AS bigint)
