-- name: try_lock_upkeep
-- SQLite has one writer at a time: whoever is in a transaction that writes is alone.
SELECT 1 AS locked
