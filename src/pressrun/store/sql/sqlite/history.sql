-- name: record_outbox
-- Something that must be told to others, in the transaction that made it true.
INSERT INTO outbox (id, organization_id, job_id, event, payload, created_at)
VALUES (:id, :organization_id, :job_id, :event, :payload, :now)

-- name: record_job_events
-- Lines of a job's timeline.
INSERT INTO job_events (organization_id, job_id, seq, at, event, generation, attempt, data)
VALUES (:organization_id, :job_id, :seq, :now, :event, :generation, :attempt, :data)
