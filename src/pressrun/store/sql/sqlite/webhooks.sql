-- name: share_listening
-- Ends are recorded side by side, but not beside a change of who listens; the only writer needs no lock.
SELECT 1 AS locked

-- name: lock_listening
-- Who listens changes while no end is being recorded; the only writer needs no lock.
SELECT 1 AS locked

-- name: find_listening
-- Of organizations, those in which somebody may want to hear of an end.
SELECT :organization_id AS organization_id
WHERE EXISTS (SELECT 1 FROM webhooks WHERE organization_id = :organization_id AND state = 'enabled')
    OR EXISTS (SELECT 1 FROM webhook_urls WHERE organization_id = :organization_id)

-- name: find_told_jobs
-- What tells who wants to hear of a job: its agent, its batch, the URL it brought along. Nobody hears of files.
SELECT jobs.id, jobs.agent_id, jobs.batch_id, webhook_urls.url
FROM jobs LEFT JOIN webhook_urls ON webhook_urls.job_id = jobs.id AND webhook_urls.batch_id = ''
WHERE jobs.id = :job_id AND jobs.organization_id = :organization_id AND jobs.kind = 'agent'

-- name: take_outbox
-- The oldest of what waits to be told, taken for good.
-- system: the sender serves every organization.
DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox ORDER BY seq LIMIT :limit) RETURNING *

-- name: claim_webhook_deliveries
-- Due deliveries of a lane, the longest due first, held for a while under a token.
-- system: the sender serves every organization.
UPDATE webhook_deliveries SET next_at = :now + :lease_us, lease_token = :lease_token
WHERE seq IN (SELECT seq FROM webhook_deliveries
              WHERE lane = :lane AND state = 'pending' AND next_at <= :now ORDER BY next_at, seq LIMIT :limit)
RETURNING *
