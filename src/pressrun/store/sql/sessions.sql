-- name: add_sign_in_link
-- A link that signs in a key or a person, once.
INSERT INTO sign_in_links (hash, organization_id, key_id, person_id, epoch, created_at, expires_at)
SELECT CAST(:hash AS text), CAST(:organization_id AS text), CAST(:key_id AS text), CAST(:person_id AS text), store_facts.value, :now,
    :now + CAST(:lifetime_us AS bigint)
FROM store_facts
WHERE store_facts.name = 'epoch'
RETURNING expires_at

-- name: forget_links_of_person
-- Links of somebody that nobody has used.
DELETE FROM sign_in_links WHERE person_id = :person_id AND organization_id = :organization_id AND used_at IS NULL

-- name: find_sign_in_link
-- A link, whether it still works or not.
-- system: it is what tells the organization.
SELECT * FROM sign_in_links WHERE hash = :hash

-- name: use_sign_in_link
-- Use a link up; no row when it was used, is too old, or is of before a restore.
-- system: it is what tells the organization.
UPDATE sign_in_links SET used_at = :now
WHERE hash = :hash AND used_at IS NULL AND expires_at > :now
    AND epoch = (SELECT value FROM store_facts WHERE name = 'epoch')
RETURNING *

-- name: add_session
-- A key or a person is signed in.
INSERT INTO sessions (hash, organization_id, key_id, person_id, epoch, created_at, seen_at, expires_at)
SELECT CAST(:hash AS text), CAST(:organization_id AS text), CAST(:key_id AS text), CAST(:person_id AS text), store_facts.value, :now, :now,
    :now + CAST(:lifetime_us AS bigint)
FROM store_facts
WHERE store_facts.name = 'epoch'
RETURNING *

-- name: find_session
-- A session that is neither over nor idle for too long.
-- system: it is what tells the organization.
SELECT * FROM sessions
WHERE hash = :hash AND expires_at > :now AND seen_at > :now - CAST(:idle_us AS bigint)
    AND epoch = (SELECT value FROM store_facts WHERE name = 'epoch')

-- name: note_session_seen
-- A session is in use.
UPDATE sessions SET seen_at = :now WHERE hash = :hash AND organization_id = :organization_id

-- name: end_session
-- Somebody signs out.
DELETE FROM sessions WHERE hash = :hash AND organization_id = :organization_id

-- name: list_sessions_of_person
-- Where somebody is signed in, the newest first.
SELECT * FROM sessions
WHERE person_id = :subject_id AND organization_id = :organization_id
    AND expires_at > :now AND seen_at + CAST(:idle_us AS bigint) > :now
    AND epoch = (SELECT value FROM store_facts WHERE name = 'epoch')
ORDER BY created_at DESC, hash

-- name: list_sessions_of_key
-- Where a key is signed in, the newest first.
SELECT * FROM sessions
WHERE key_id = :subject_id AND organization_id = :organization_id
    AND expires_at > :now AND seen_at + CAST(:idle_us AS bigint) > :now
    AND epoch = (SELECT value FROM store_facts WHERE name = 'epoch')
ORDER BY created_at DESC, hash

-- name: end_sessions_of_person
-- Somebody is signed out everywhere, but where they stay: an empty hash is nowhere.
DELETE FROM sessions
WHERE person_id = :subject_id AND organization_id = :organization_id AND hash <> :kept_hash
RETURNING *

-- name: end_sessions_of_key
-- A key is signed out everywhere, but where it stays: an empty hash is nowhere.
DELETE FROM sessions
WHERE key_id = :subject_id AND organization_id = :organization_id AND hash <> :kept_hash
RETURNING *

-- name: count_sign_in
-- One more attempt to sign in in this minute; no row when there were too many, whichever process counted them.
INSERT INTO sign_in_counts (bucket, minute, attempts) VALUES (:bucket, :now / 60000000, 1)
ON CONFLICT (bucket, minute) DO UPDATE SET attempts = sign_in_counts.attempts + 1
    WHERE sign_in_counts.attempts < CAST(:most AS bigint)
RETURNING attempts

-- name: uncount_sign_in
-- An attempt that succeeded.
UPDATE sign_in_counts SET attempts = attempts - 1
WHERE bucket = :bucket AND minute = :now / 60000000 AND attempts > 0

-- name: forget_sessions
-- Sessions that are over.
-- system: upkeep.
DELETE FROM sessions WHERE expires_at <= :now

-- name: forget_sign_in_links
-- Links that work no longer, kept for a day in which it may be asked why.
-- system: upkeep.
DELETE FROM sign_in_links WHERE expires_at < :now - 86400000000

-- name: forget_sign_in_counts
-- Minutes that have passed.
-- system: upkeep.
DELETE FROM sign_in_counts WHERE minute < :now / 60000000 - 1
