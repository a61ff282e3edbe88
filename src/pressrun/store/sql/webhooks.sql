-- name: list_listeners
-- Endpoints of an organization that are told something.
SELECT id, agent_id, events, batch_rows, url FROM webhooks
WHERE organization_id = :organization_id AND state = 'enabled' AND (expires_at IS NULL OR expires_at > :now)

-- name: add_webhook
-- A new endpoint.
INSERT INTO webhooks (id, organization_id, agent_id, name, url, events, batch_rows, state, expires_at, created_at,
    updated_at)
VALUES (:webhook_id, :organization_id, :agent_id, :name, :url, :events, :batch_rows, 'enabled',
    :now + CAST(:lifetime_us AS bigint), :now, :now)
RETURNING *

-- name: count_webhooks
-- How many endpoints an organization has.
SELECT count(*) AS webhooks FROM webhooks WHERE organization_id = :organization_id

-- name: find_webhook
-- One endpoint.
SELECT * FROM webhooks WHERE id = :webhook_id AND organization_id = :organization_id

-- name: list_webhooks
-- Every endpoint of an organization, the newest first.
SELECT * FROM webhooks WHERE organization_id = :organization_id ORDER BY seq DESC

-- name: change_webhook
-- An endpoint as it is to be; enabled again it has not failed yet.
UPDATE webhooks SET agent_id = :agent_id, name = :name, url = :url, events = :events, batch_rows = :batch_rows,
    state = :state, reason = :reason, failing_since = CASE WHEN :state = state THEN failing_since END, updated_at = :now
WHERE id = :webhook_id AND organization_id = :organization_id
RETURNING *

-- name: remove_webhook
-- An endpoint is no more; what it was told stays in the log.
DELETE FROM webhooks WHERE id = :webhook_id AND organization_id = :organization_id RETURNING *

-- name: forget_expired_webhooks
-- Endpoints that were made for a while.
-- system: upkeep.
DELETE FROM webhooks WHERE expires_at < :now

-- name: forget_webhook_secrets
-- Secrets of endpoints that are no more.
-- system: upkeep.
DELETE FROM webhook_secrets
WHERE webhook_id <> '' AND NOT EXISTS (SELECT 1 FROM webhooks WHERE webhooks.id = webhook_secrets.webhook_id)

-- name: disable_webhook
-- An endpoint is told nothing more, for a reason; no row when it is not enabled.
UPDATE webhooks SET state = 'disabled', reason = :reason, updated_at = :now
WHERE id = :webhook_id AND organization_id = :organization_id AND state = 'enabled'
RETURNING *

-- name: note_webhook_failing
-- An endpoint did not take a message: since when has it taken none?
UPDATE webhooks SET failing_since = coalesce(failing_since, :now)
WHERE id = :webhook_id AND organization_id = :organization_id
RETURNING CASE WHEN failing_since < :now - :patience_us THEN 1 ELSE 0 END AS is_given_up

-- name: note_webhook_well
-- An endpoint took a message.
UPDATE webhooks SET failing_since = NULL
WHERE id = :webhook_id AND organization_id = :organization_id AND failing_since IS NOT NULL

-- name: find_webhook_secret
-- What deliveries of an endpoint are signed with, and until when the secret before it holds too.
SELECT organization_id, sealed, previous, previous_until, CAST(:now AS bigint) AS at FROM webhook_secrets
WHERE organization_id = :organization_id AND webhook_id = :webhook_id

-- name: add_webhook_secret
-- The first secret of an endpoint; whoever is first wins.
INSERT INTO webhook_secrets (organization_id, webhook_id, sealed, created_at)
VALUES (:organization_id, :webhook_id, :sealed, :now)
ON CONFLICT (organization_id, webhook_id) DO NOTHING

-- name: rotate_webhook_secret
-- The next secret; the one before it holds for a while.
UPDATE webhook_secrets SET previous = sealed, previous_until = :now + :grace_us, sealed = :sealed, created_at = :now
WHERE organization_id = :organization_id AND webhook_id = :webhook_id
RETURNING previous_until

-- name: list_sealed_webhook_secrets
-- Every stored secret of webhooks.
-- system: the operator changes the key that seals them all.
SELECT organization_id, webhook_id, sealed, previous FROM webhook_secrets ORDER BY organization_id, webhook_id

-- name: reseal_webhook_secret
-- The same secrets, sealed anew or given up for others, unless they were changed meanwhile.
UPDATE webhook_secrets SET sealed = :sealed, previous = :previous
WHERE organization_id = :organization_id AND webhook_id = :webhook_id AND sealed = :before

-- name: remove_webhook_secret
-- The secret of an endpoint that is no more.
DELETE FROM webhook_secrets WHERE organization_id = :organization_id AND webhook_id = :webhook_id

-- name: remember_webhook_url
-- Where the sender of a job or a batch wants to hear of its end.
INSERT INTO webhook_urls (organization_id, job_id, batch_id, url, created_at)
VALUES (:organization_id, :job_id, :batch_id, :url, :now)
ON CONFLICT (job_id, batch_id) DO NOTHING

-- name: find_webhook_url
-- Where the sender of a job or a batch wants to hear of its end.
SELECT url FROM webhook_urls
WHERE organization_id = :organization_id AND job_id = :job_id AND batch_id = :batch_id

-- name: forget_webhook_urls
-- What jobs and batches brought along that are gone.
-- system: upkeep.
DELETE FROM webhook_urls
WHERE created_at < :now - :keep_us AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = webhook_urls.job_id)
    AND NOT EXISTS (SELECT 1 FROM batches WHERE batches.id = webhook_urls.batch_id)

-- name: find_batch_agent
-- Whose batch it is.
SELECT agent_id FROM batches WHERE id = :batch_id AND organization_id = :organization_id

-- name: has_outbox
-- Whether something waits to be told.
-- system: the sender serves every organization.
SELECT 1 AS found FROM outbox LIMIT 1

-- name: add_webhook_delivery
-- A message for one URL.
INSERT INTO webhook_deliveries (id, organization_id, webhook_id, lane, url, message_id, event, job_id, batch_id, payload,
    occurred_at, state, next_at, log, created_at, updated_at)
VALUES (:id, :organization_id, :webhook_id, :lane, :url, :message_id, :event, :job_id, :batch_id, :payload,
    :occurred_at, 'pending', :now, :log, :now, :now)
ON CONFLICT (message_id, webhook_id) DO NOTHING
RETURNING *

-- name: list_due_lanes
-- Lanes after a name with a delivery that is due: one step of the index for each lane, however many deliveries wait in it.
-- system: the sender serves every organization.
WITH RECURSIVE lanes (lane) AS (
    SELECT min(lane) FROM webhook_deliveries WHERE state = 'pending' AND lane > :after
    UNION ALL
    SELECT (SELECT min(other.lane) FROM webhook_deliveries AS other
            WHERE other.state = 'pending' AND other.lane > lanes.lane)
    FROM lanes WHERE lanes.lane IS NOT NULL
)
SELECT lanes.lane,
    (SELECT organization_id FROM webhook_deliveries AS first
     WHERE first.lane = lanes.lane AND first.state = 'pending' ORDER BY first.next_at LIMIT 1) AS organization_id,
    CASE WHEN EXISTS (SELECT 1 FROM webhook_deliveries AS due
                      WHERE due.lane = lanes.lane AND due.state = 'pending' AND due.next_at <= :now)
        THEN 1 ELSE 0 END AS is_due
FROM lanes WHERE lanes.lane IS NOT NULL
LIMIT :limit

-- name: settle_webhook_delivery
-- What came of an attempt, if whoever made it still holds the delivery.
-- system: the sender names the delivery by its own claim.
UPDATE webhook_deliveries
SET state = :state, attempts = attempts + :attempted, tries = tries + :attempted, next_at = :now + :wait_us,
    lease_token = NULL, error = :error, log = :log, updated_at = :now,
    delivered_at = CASE WHEN :state = 'delivered' THEN :now ELSE delivered_at END
WHERE id = :id AND lease_token = :lease_token
RETURNING id

-- name: release_webhook_delivery
-- A sender that stops gives back what it has not sent.
-- system: the sender names the delivery by its own claim.
UPDATE webhook_deliveries SET next_at = :now, lease_token = NULL WHERE id = :id AND lease_token = :lease_token

-- name: resend_webhook_delivery
-- A message is sent again, from the beginning of its schedule and under the same id.
UPDATE webhook_deliveries
SET state = 'pending', tries = 0, next_at = :now, lease_token = NULL, error = NULL, updated_at = :now
WHERE id = :id AND organization_id = :organization_id
RETURNING *

-- name: find_webhook_delivery
-- One delivery.
SELECT * FROM webhook_deliveries WHERE id = :id AND organization_id = :organization_id

-- name: list_webhook_deliveries
-- Deliveries of an organization, the newest first; a filter that is empty is none.
SELECT * FROM webhook_deliveries
WHERE organization_id = :organization_id AND seq < :before
    AND (CAST(:webhook_id AS text) = '' OR webhook_id = CAST(:webhook_id AS text))
    AND (CAST(:state AS text) = '' OR state = CAST(:state AS text))
    AND (CAST(:event AS text) = '' OR event = CAST(:event AS text))
    AND (CAST(:job_id AS text) = '' OR job_id = CAST(:job_id AS text))
    AND (CAST(:batch_id AS text) = '' OR batch_id = CAST(:batch_id AS text))
ORDER BY seq DESC
LIMIT :limit

-- name: forget_webhook_deliveries
-- Deliveries that ended long ago.
-- system: upkeep.
DELETE FROM webhook_deliveries
WHERE seq IN (SELECT seq FROM webhook_deliveries
              WHERE state <> 'pending' AND updated_at < :now - :keep_us ORDER BY updated_at LIMIT :limit)

-- name: find_webhook_claim
-- Whether a claim is still held.
-- system: the sender names the delivery by its own claim.
SELECT 1 AS held FROM webhook_deliveries WHERE id = :id AND lease_token = :lease_token

-- name: add_to_webhook_counts
-- Deliveries that have ended.
INSERT INTO webhook_counts (organization_id, outcome, slot, deliveries)
VALUES (:organization_id, :outcome, :slot, :deliveries)
ON CONFLICT (organization_id, outcome, slot) DO UPDATE
SET deliveries = webhook_counts.deliveries + excluded.deliveries

-- name: list_webhook_counts
-- How deliveries ended, from the beginning.
-- system: metrics are of the whole server.
SELECT outcome, CAST(sum(deliveries) AS bigint) AS deliveries FROM webhook_counts GROUP BY outcome

-- name: count_webhook_states
-- Endpoints by state, and how many of each take no message at the moment.
-- system: metrics are of the whole server.
SELECT state, count(*) AS webhooks, count(failing_since) AS failing FROM webhooks GROUP BY state

-- name: find_webhook_delays
-- Since when the oldest end waits to become messages, and when the oldest message was made that has not arrived.
-- system: metrics are of the whole server.
SELECT :now - (SELECT created_at FROM outbox ORDER BY seq LIMIT 1) AS outbox_us,
    :now - (SELECT min(created_at) FROM webhook_deliveries WHERE state = 'pending') AS pending_us

-- name: list_unwell_webhooks
-- Endpoints that have taken no message for long, or were disabled, unless for the reason that somebody wanted that.
-- system: the doctor looks at the whole server.
SELECT id, name, state, reason, :now - failing_since AS failing_us FROM webhooks
WHERE (state = 'enabled' AND failing_since < :now - :patience_us) OR (state = 'disabled' AND reason <> :wanted)
ORDER BY seq
