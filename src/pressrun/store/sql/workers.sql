-- name: add_worker
-- A worker announces itself.
INSERT INTO workers (id, host, pid, concurrency, state, started_at, seen_at)
VALUES (:worker_id, :host, :pid, :concurrency, 'alive', :now, :now)

-- name: beat
-- A worker says it lives; no row means it was declared dead and must let go of everything.
UPDATE workers SET seen_at = :now WHERE id = :worker_id AND state = 'alive' RETURNING seen_at

-- name: stop_worker
-- A worker leaves in good order.
UPDATE workers SET state = 'stopped', seen_at = :now WHERE id = :worker_id AND state = 'alive'

-- name: find_worker
-- One worker, whatever became of it.
-- system: a worker serves every organization.
SELECT * FROM workers WHERE id = :worker_id

-- name: list_workers
-- The workers that are alive.
SELECT * FROM workers WHERE state = 'alive' ORDER BY started_at, id

-- name: list_workers_of_host
-- The workers that were started on a host and never left.
SELECT * FROM workers WHERE host = :host AND state = 'alive'

-- name: forget_workers
-- Workers that ended long ago and hold nothing.
-- system: upkeep.
DELETE FROM workers
WHERE state <> 'alive' AND seen_at < :now - :keep_us
    AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.state = 'running' AND jobs.worker_id = workers.id)

-- name: count_places
-- How many jobs all workers that live can run at once.
-- system: the claim serves every organization.
SELECT CAST(coalesce(sum(concurrency), 0) AS bigint) AS places FROM workers WHERE state = 'alive'
