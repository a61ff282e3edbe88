-- name: find_first_queued
-- How long the queued job of an organization has been runnable that was accepted first. Rows are
-- compared whole, so that no planner hopes to meet one soon on its way through all jobs there are.
SELECT CAST(:now - run_at AS bigint) AS waited_us FROM jobs
WHERE (organization_id, state, seq) > (:organization_id, 'queued', 0)
    AND (organization_id, state, seq) < (:organization_id, 'queued', 4611686018427387904) AND kind = 'agent'
ORDER BY organization_id, state, seq LIMIT 1
