-- name: bury_worker
-- The supervisor saw a worker's process end; its jobs are blamed for that, or not. A claim of its that is not committed
-- yet is waited for (`lock_claims`): the rescue that follows must see what it took.
UPDATE workers SET state = 'dead', blamed = :blamed
WHERE id = (SELECT id FROM workers WHERE id = :worker_id AND state = 'alive' FOR UPDATE)

-- name: bury_silent_workers
-- Workers that have not been heard for a lease's length. One in the middle of a claim has its turn in the next round:
-- nobody else's rescue waits for it.
UPDATE workers SET state = 'dead'
WHERE id IN (SELECT id FROM workers WHERE state = 'alive' AND seen_at < :now - :lease_us FOR UPDATE SKIP LOCKED)
RETURNING id
