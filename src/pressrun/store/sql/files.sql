-- name: add_file
-- A file whose bytes are kept, and the job that takes it in.
INSERT INTO files (id, organization_id, name, extension, media_type, size, digest, blob, state, job_id, key_id,
    created_at, updated_at)
VALUES (:file_id, :organization_id, :name, :extension, :media_type, :size, :digest, :blob, 'in_progress', :job_id,
    :key_id, :now, :now)
RETURNING *

-- name: find_file
-- One file of an organization.
SELECT * FROM files WHERE id = :file_id AND organization_id = :organization_id

-- name: find_file_named
-- The newest file of an organization that has a name.
SELECT * FROM files WHERE organization_id = :organization_id AND name = :name ORDER BY seq DESC LIMIT 1

-- name: find_file_place
-- Where a file stands in the order of upload.
SELECT seq FROM files WHERE id = :file_id AND organization_id = :organization_id

-- name: list_files
-- Files of an organization between two places, the newest first; empty texts want all.
SELECT files.* FROM files
WHERE files.organization_id = :organization_id AND files.seq > :after AND files.seq < :before
    AND (:state = '' OR files.state = :state)
    AND (:extensions = '' OR :extensions LIKE '%|' || files.extension || '|%')
    AND (:pattern = '' OR lower(files.name) LIKE :pattern ESCAPE '\')
    AND (:graph_id = '' OR EXISTS (
        SELECT 1 FROM graph_files AS members
        WHERE members.graph_id = :graph_id AND members.file_id = files.id
            AND members.organization_id = files.organization_id))
ORDER BY files.seq DESC LIMIT :limit

-- name: list_files_upwards
-- The same, the oldest first.
SELECT files.* FROM files
WHERE files.organization_id = :organization_id AND files.seq > :after AND files.seq < :before
    AND (:state = '' OR files.state = :state)
    AND (:extensions = '' OR :extensions LIKE '%|' || files.extension || '|%')
    AND (:pattern = '' OR lower(files.name) LIKE :pattern ESCAPE '\')
    AND (:graph_id = '' OR EXISTS (
        SELECT 1 FROM graph_files AS members
        WHERE members.graph_id = :graph_id AND members.file_id = files.id
            AND members.organization_id = files.organization_id))
ORDER BY files.seq LIMIT :limit

-- name: list_graphs_of_files
-- The graphs that files are in, in the order in which they were added to them.
SELECT file_id, graph_id FROM graph_files
WHERE organization_id = :organization_id AND file_id = :file_id ORDER BY added_at, graph_id

-- name: list_indexing_of_files
-- How many passages of files are findable, of how many; files that no graph has held are not among them.
SELECT file_id, passages, total FROM indexed_files
WHERE organization_id = :organization_id AND file_id = :file_id

-- name: delete_file
-- A file is gone; its bytes follow.
DELETE FROM files WHERE id = :file_id AND organization_id = :organization_id RETURNING *

-- name: assign_ingest_job
-- A file is taken in by this job now, unless it is gone.
UPDATE files
SET job_id = :job_id, state = 'in_progress', error_code = NULL, error = NULL, updated_at = :now
WHERE id = :file_id AND organization_id = :organization_id
RETURNING id

-- name: record_text
-- What was found in a file, by a job that is still held by whoever found it, and before anybody else did.
UPDATE files
SET words = :words, pages = :pages, characters = :characters, text_blob = :text_blob, updated_at = :now
WHERE id = :file_id AND organization_id = :organization_id AND text_blob IS NULL AND EXISTS (
    SELECT 1 FROM jobs
    WHERE jobs.id = :job_id AND jobs.organization_id = :organization_id AND jobs.lease_token = :lease_token
        AND jobs.state = 'running')
RETURNING id

-- name: find_file_totals
-- How many files an organization keeps, and how many bytes they are.
SELECT files, bytes FROM file_totals WHERE organization_id = :organization_id

-- name: make_file_totals
-- An organization that keeps nothing yet.
INSERT INTO file_totals (organization_id, files, bytes) VALUES (:organization_id, 0, 0)
ON CONFLICT (organization_id) DO NOTHING

-- name: add_to_file_totals
-- One more file, unless that passes the quota: whoever else adds one waits for the end of this transaction.
UPDATE file_totals SET files = files + 1, bytes = bytes + :size
WHERE organization_id = :organization_id AND bytes + :size <= CAST(:most AS bigint)
RETURNING bytes

-- name: take_from_file_totals
-- A file less.
UPDATE file_totals SET files = files - 1, bytes = bytes - :size WHERE organization_id = :organization_id

-- name: list_blobs_due
-- Bytes that are nobody's any more.
-- system: upkeep.
SELECT blob, organization_id FROM blob_sweeps WHERE due_at <= :now ORDER BY due_at LIMIT :limit

-- name: sweep_blob
-- Bytes that are removed when so many microseconds have passed, unless they become a file's before.
INSERT INTO blob_sweeps (blob, organization_id, due_at) VALUES (:blob, :organization_id, :now + :wait_us)
ON CONFLICT (blob) DO UPDATE SET due_at = excluded.due_at

-- name: keep_blob
-- Bytes are not removed after all; no row when they may be gone already.
DELETE FROM blob_sweeps WHERE blob = :blob AND organization_id = :organization_id RETURNING blob

-- name: forget_file_in_graphs
-- A file that is gone is in no graph.
DELETE FROM graph_files WHERE organization_id = :organization_id AND file_id = :file_id

-- name: hasten_sweep
-- Bytes that will be nobody's are due now, if they are not a file's already.
UPDATE blob_sweeps SET due_at = :now WHERE blob = :blob AND organization_id = :organization_id
