-- name: forget_results
-- The results of a job that is gone.
DELETE FROM results WHERE organization_id = :organization_id AND job_id = :job_id

-- name: forget_job_events
-- The timeline of a job that ended long ago.
DELETE FROM job_events WHERE organization_id = :organization_id AND job_id = :job_id

-- name: add_to_forgotten_counts
-- Jobs were deleted.
INSERT INTO forgotten_counts (organization_id, state, jobs) VALUES (:organization_id, :state, :jobs)
ON CONFLICT (organization_id, state) DO UPDATE SET jobs = forgotten_counts.jobs + excluded.jobs
