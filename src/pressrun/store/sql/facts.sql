-- name: find_fact
-- Something the store knows about itself.
SELECT value, noted_at FROM store_facts WHERE name = :name

-- name: note_fact
-- The store learns something about itself.
INSERT INTO store_facts (name, value, noted_at) VALUES (:name, :value, :now)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, noted_at = excluded.noted_at

-- name: find_newest_time
-- About the latest time anything was stored, from indexes alone; NULL in an empty database.
-- system: a figure of the whole store.
SELECT max(times.at) AS newest
FROM (
    SELECT max(seen_at) AS at FROM workers
    UNION ALL SELECT created_at FROM jobs WHERE seq = (SELECT max(seq) FROM jobs)
    UNION ALL SELECT max(updated_at) FROM jobs WHERE state = 'running'
    UNION ALL SELECT created_at FROM outbox WHERE seq = (SELECT max(seq) FROM outbox)
    UNION ALL SELECT max(created_at) FROM idempotency_keys
    UNION ALL SELECT max(noted_at) FROM store_facts
) AS times

-- name: bury_every_worker
-- No worker can be alive: this machine has started anew, or the database is a restored one. No job is to blame.
UPDATE workers SET state = 'dead', blamed = 0 WHERE state = 'alive' RETURNING id

-- name: list_facts
-- All that the store knows about itself.
SELECT name, value, noted_at FROM store_facts ORDER BY name

-- name: forget_fact
-- Something is no longer so.
DELETE FROM store_facts WHERE name = :name
