-- name: list_oldest_jobs
-- The jobs accepted first after a position, and whether each was accepted long enough ago to be looked at.
-- system: retention.
SELECT seq, CASE WHEN created_at < :now - :keep_us THEN 1 ELSE 0 END AS is_old
FROM jobs WHERE seq > :after ORDER BY seq LIMIT :limit

-- name: forget_jobs
-- Jobs of a stretch that ended long enough ago; one that is open, or was retried meanwhile, stays. Batches go whole.
-- system: retention.
DELETE FROM jobs
WHERE seq > :after AND seq <= :last AND batch_id = '' AND state IN ('completed', 'failed', 'cancelled')
    AND completed_at < :now - :keep_us
RETURNING id, organization_id, agent_id, state

-- name: list_jobs_ended_before
-- Jobs of a stretch that ended long enough ago.
-- system: retention.
SELECT id, organization_id FROM jobs
WHERE seq > :after AND seq <= :last AND state IN ('completed', 'failed', 'cancelled')
    AND completed_at < :now - :keep_us
