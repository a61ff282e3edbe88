-- name: bury_worker
-- The supervisor saw a worker's process end; its jobs are blamed for that, or not.
UPDATE workers SET state = 'dead', blamed = :blamed WHERE id = :worker_id AND state = 'alive'

-- name: bury_silent_workers
-- Workers that have not been heard for a lease's length.
UPDATE workers SET state = 'dead' WHERE state = 'alive' AND seen_at < :now - :lease_us RETURNING id
