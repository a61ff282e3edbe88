-- name: find_account
-- The time, and how an account stands; only the time when nothing is known of it.
SELECT clock.at, account, paused_until, pause_reason, slowed_at, slowed_to, quota_until, quota_failures, quota_reason
FROM (SELECT CAST(:now AS bigint) AS at) AS clock
LEFT JOIN model_accounts ON organization_id = :organization_id AND account = :account

-- name: note_account
-- What a provider has said of an account.
INSERT INTO model_accounts (organization_id, account, paused_until, pause_reason, slowed_at, slowed_to, quota_until,
    quota_failures, quota_reason, updated_at)
VALUES (:organization_id, :account, :paused_until, :pause_reason, :slowed_at, :slowed_to, :quota_until,
    :quota_failures, :quota_reason, :now)
ON CONFLICT (organization_id, account) DO UPDATE SET paused_until = excluded.paused_until,
    pause_reason = excluded.pause_reason, slowed_at = excluded.slowed_at, slowed_to = excluded.slowed_to,
    quota_until = excluded.quota_until, quota_failures = excluded.quota_failures,
    quota_reason = excluded.quota_reason, updated_at = excluded.updated_at

-- name: forget_account
-- Nothing that was said of an account matters any more.
DELETE FROM model_accounts WHERE organization_id = :organization_id AND account = :account

-- name: list_account_standings
-- What providers have said of an organization's accounts.
SELECT CAST(:now AS bigint) AS at, account, paused_until, pause_reason, slowed_at, slowed_to, quota_until,
    quota_failures, quota_reason
FROM model_accounts
WHERE organization_id = :organization_id

-- name: list_accounts
-- What providers have said of all accounts.
-- system: the claim serves every organization.
SELECT CAST(:now AS bigint) AS at, organization_id, account, paused_until, pause_reason, slowed_at, slowed_to,
    quota_until, quota_failures, quota_reason
FROM model_accounts

-- name: forget_old_accounts
-- What was said so long ago that it matters no more, unless money is missing.
-- system: upkeep.
DELETE FROM model_accounts WHERE updated_at < :now - CAST(:keep_us AS bigint) AND quota_failures = 0

-- name: list_window
-- What an account was permitted in the last seconds, the oldest first.
SELECT second, requests, tokens FROM model_windows
WHERE organization_id = :organization_id AND account = :account AND second > :now / 1000000 - CAST(:span_s AS bigint)
ORDER BY second

-- name: list_windows
-- What accounts were permitted in the last seconds, summed up.
-- system: the claim serves every organization.
SELECT CAST(:now AS bigint) AS at, organization_id, account, second, requests, tokens
FROM model_windows
WHERE second > :now / 1000000 - CAST(:span_s AS bigint)
ORDER BY second

-- name: add_to_window
-- Calls and tokens permitted in a second.
INSERT INTO model_windows (organization_id, account, second, requests, tokens)
VALUES (:organization_id, :account, :second, :requests, :tokens)
ON CONFLICT (organization_id, account, second) DO UPDATE SET requests = model_windows.requests + excluded.requests,
    tokens = model_windows.tokens + excluded.tokens

-- name: correct_window
-- What calls really took, in the second they were permitted in.
UPDATE model_windows SET requests = requests + :requests, tokens = tokens + :tokens
WHERE organization_id = :organization_id AND account = :account AND second = :second

-- name: forget_windows
-- Seconds that no window reaches any more.
-- system: upkeep.
DELETE FROM model_windows WHERE second < :now / 1000000 - CAST(:span_s AS bigint)

-- name: count_permits
-- How many calls of an account are under way.
SELECT count(*) AS permits FROM model_permits WHERE organization_id = :organization_id AND account = :account

-- name: list_permit_counts
-- How many calls of each account are under way.
-- system: the claim serves every organization.
SELECT organization_id, account, count(*) AS permits FROM model_permits
WHERE expires_at > :now AND (worker_id IS NULL OR worker_id IN (SELECT id FROM workers WHERE state = 'alive'))
GROUP BY organization_id, account

-- name: find_permit
-- Whether a permit was handed out.
SELECT 1 AS found FROM model_permits WHERE organization_id = :organization_id AND id = :permit_id

-- name: forget_lost_permits
-- Calls of workers that are gone have ended with them.
DELETE FROM model_permits
WHERE organization_id = :organization_id AND account = :account
    AND (expires_at < :now OR worker_id IN (SELECT id FROM workers WHERE state <> 'alive'))

-- name: forget_expired_permits
-- Calls that have surely ended.
-- system: upkeep.
DELETE FROM model_permits WHERE expires_at < :now
