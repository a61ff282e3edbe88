-- name: list_checkpoints
-- The model calls of a job's generation that were made already.
SELECT step, payload, model FROM checkpoints
WHERE organization_id = :organization_id AND job_id = :job_id AND generation = :generation

-- name: forget_checkpoints
-- What no job can need any more: none lives that long.
-- system: upkeep.
DELETE FROM checkpoints WHERE created_at < :now - :keep_us
