-- name: list_limits
-- The limits an organization has of its own.
SELECT name, value FROM limits WHERE organization_id = :organization_id

-- name: set_limit
-- A limit in place of the one there was.
INSERT INTO limits (organization_id, name, value, updated_at) VALUES (:organization_id, :name, :value, :now)
ON CONFLICT (organization_id, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at

-- name: clear_limit
-- The organization has this limit no longer.
DELETE FROM limits WHERE organization_id = :organization_id AND name = :name

-- name: spend_request
-- One more request of a key in this minute; no row when it has had all of them, whichever process counted them.
INSERT INTO request_counts (organization_id, key_id, minute, requests)
VALUES (:organization_id, :key_id, :now / 60000000, 1)
ON CONFLICT (key_id, minute) DO UPDATE SET requests = request_counts.requests + 1
    WHERE request_counts.requests < CAST(:most AS bigint)
RETURNING requests

-- name: forget_request_counts
-- Minutes that have passed.
-- system: upkeep.
DELETE FROM request_counts WHERE minute < :now / 60000000 - 1

-- name: find_usage
-- What an organization has queued, runs, and has spent today, with its own limits of each; rows of batches that are not
-- jobs yet are queued.
SELECT
    (SELECT CAST(coalesce(sum(jobs), 0) AS bigint) FROM job_counts
     WHERE organization_id = :organization_id AND state IN ('queued', 'waiting'))
    + (SELECT CAST(coalesce(sum(rows - invalid - loaded), 0) AS bigint) FROM batches
       WHERE organization_id = :organization_id AND state IN ('loading', 'paused')) AS queued_jobs,
    (SELECT CAST(coalesce(sum(jobs), 0) AS bigint) FROM job_counts
     WHERE organization_id = :organization_id AND state = 'running') AS running_jobs,
    (SELECT CAST(coalesce(sum(tokens), 0) AS bigint) FROM token_counts
     WHERE organization_id = :organization_id AND day = :now / 86400000000) AS tokens_today,
    (SELECT value FROM limits WHERE organization_id = :organization_id AND name = 'queued_jobs') AS most_queued_jobs,
    (SELECT value FROM limits WHERE organization_id = :organization_id AND name = 'tokens_per_day') AS most_tokens,
    86400 - CAST(:now / 1000000 - :now / 86400000000 * 86400 AS bigint) AS day_left_s

-- name: find_queued_everywhere
-- How many jobs of the whole server have not been started.
-- system: a limit of the whole server.
SELECT
    (SELECT CAST(coalesce(sum(jobs), 0) AS bigint) FROM job_counts WHERE state IN ('queued', 'waiting'))
    + (SELECT CAST(coalesce(sum(rows - invalid - loaded), 0) AS bigint) FROM batches
       WHERE state IN ('loading', 'paused')) AS queued_jobs

-- name: list_claim_limits
-- Organizations with a limit that a claim must keep, and what they have spent today.
-- system: the claim serves every organization.
SELECT limits.organization_id, limits.name, limits.value,
    (SELECT CAST(coalesce(sum(tokens), 0) AS bigint) FROM token_counts
     WHERE token_counts.organization_id = limits.organization_id AND day = :now / 86400000000) AS tokens_today
FROM limits
WHERE limits.name IN ('running_jobs', 'tokens_per_day')

-- name: forget_token_counts
-- Days that nobody asks about any more.
-- system: upkeep.
DELETE FROM token_counts WHERE day < :now / 86400000000 - CAST(:days AS bigint)
