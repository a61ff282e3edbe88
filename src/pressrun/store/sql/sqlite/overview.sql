-- name: find_first_queued
-- How long the queued job of an organization has been runnable that was accepted first.
SELECT CAST(:now - run_at AS bigint) AS waited_us FROM jobs
WHERE organization_id = :organization_id AND state = 'queued' AND kind = 'agent'
ORDER BY seq LIMIT 1
