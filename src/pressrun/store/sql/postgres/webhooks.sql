-- name: share_listening
-- Ends are recorded side by side, but not beside a change of who listens. 0x686f6f6b is "hook".
SELECT pg_advisory_xact_lock_shared(1752133483) IS NULL AS locked

-- name: lock_listening
-- Who listens changes while no end is being recorded: none is missed by a listener that was told it is one.
SELECT pg_advisory_xact_lock(1752133483) IS NULL AS locked

-- name: find_listening
-- Of organizations, those in which somebody may want to hear of an end.
SELECT asked.organization_id
FROM unnest(CAST(:organization_id AS text[])) AS asked (organization_id)
WHERE EXISTS (SELECT 1 FROM webhooks
              WHERE webhooks.organization_id = asked.organization_id AND webhooks.state = 'enabled')
    OR EXISTS (SELECT 1 FROM webhook_urls WHERE webhook_urls.organization_id = asked.organization_id)

-- name: find_told_jobs
-- What tells who wants to hear of a job: its agent, its batch, the URL it brought along. Nobody hears of files.
SELECT jobs.id, jobs.agent_id, jobs.batch_id, webhook_urls.url
FROM unnest(CAST(:job_id AS text[]), CAST(:organization_id AS text[])) AS asked (job_id, organization_id)
JOIN jobs ON jobs.id = asked.job_id AND jobs.organization_id = asked.organization_id AND jobs.kind = 'agent'
LEFT JOIN webhook_urls ON webhook_urls.job_id = jobs.id AND webhook_urls.batch_id = ''

-- name: take_outbox
-- The oldest of what waits to be told, taken for good.
-- system: the sender serves every organization.
DELETE FROM outbox
WHERE seq IN (SELECT seq FROM outbox ORDER BY seq LIMIT :limit FOR UPDATE SKIP LOCKED)
RETURNING *

-- name: claim_webhook_deliveries
-- Due deliveries of a lane, the longest due first, held for a while under a token.
-- system: the sender serves every organization.
UPDATE webhook_deliveries SET next_at = :now + CAST(:lease_us AS bigint), lease_token = :lease_token
WHERE seq IN (SELECT seq FROM webhook_deliveries
              WHERE lane = :lane AND state = 'pending' AND next_at <= :now ORDER BY next_at, seq
              LIMIT :limit FOR UPDATE SKIP LOCKED)
RETURNING *
