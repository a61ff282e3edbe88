-- name: forget_results
-- The results of a job that is gone.
DELETE FROM results
USING unnest(CAST(:organization_id AS text[]), CAST(:job_id AS text[])) AS gone (organization_id, job_id)
WHERE results.organization_id = gone.organization_id AND results.job_id = gone.job_id

-- name: forget_job_events
-- The timeline of a job that ended long ago.
DELETE FROM job_events
USING unnest(CAST(:organization_id AS text[]), CAST(:job_id AS text[])) AS gone (organization_id, job_id)
WHERE job_events.organization_id = gone.organization_id AND job_events.job_id = gone.job_id

-- name: add_to_forgotten_counts
-- Jobs were deleted.
INSERT INTO forgotten_counts (organization_id, state, jobs)
SELECT entry.organization_id, entry.state, entry.jobs
FROM unnest(CAST(:organization_id AS text[]), CAST(:state AS text[]), CAST(:jobs AS bigint[]))
    AS entry (organization_id, state, jobs)
ON CONFLICT (organization_id, state) DO UPDATE SET jobs = forgotten_counts.jobs + excluded.jobs
