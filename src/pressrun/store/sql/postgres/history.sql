-- name: record_outbox
-- Something that must be told to others, in the transaction that made it true.
INSERT INTO outbox (id, organization_id, job_id, event, payload, created_at)
SELECT entry.id, entry.organization_id, entry.job_id, entry.event, entry.payload, :now
FROM unnest(CAST(:id AS text[]), CAST(:organization_id AS text[]), CAST(:job_id AS text[]), CAST(:event AS text[]),
    CAST(:payload AS bytea[]))
    AS entry (id, organization_id, job_id, event, payload)

-- name: record_job_events
-- Lines of a job's timeline.
INSERT INTO job_events (organization_id, job_id, seq, at, event, generation, attempt, data)
SELECT entry.organization_id, entry.job_id, entry.seq, :now, entry.event, entry.generation, entry.attempt, entry.data
FROM unnest(CAST(:organization_id AS text[]), CAST(:job_id AS text[]), CAST(:seq AS bigint[]),
    CAST(:event AS text[]), CAST(:generation AS bigint[]), CAST(:attempt AS bigint[]), CAST(:data AS bytea[]))
    AS entry (organization_id, job_id, seq, event, generation, attempt, data)
