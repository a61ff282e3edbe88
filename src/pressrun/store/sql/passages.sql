-- name: find_indexed_file
-- How far a file is indexed.
SELECT * FROM indexed_files WHERE file_id = :file_id AND organization_id = :organization_id

-- name: begin_index
-- A file's text is indexed from its beginning.
INSERT INTO indexed_files (organization_id, file_id, digest, embedder, passages, total, updated_at)
VALUES (:organization_id, :file_id, :digest, :embedder, 0, :total, :now)
ON CONFLICT (organization_id, file_id) DO UPDATE
SET digest = excluded.digest, embedder = excluded.embedder, passages = 0, total = excluded.total,
    updated_at = excluded.updated_at
RETURNING *

-- name: advance_index
-- Some more passages of a file stand here; nothing moves when somebody else was there first.
UPDATE indexed_files SET passages = passages + :added, updated_at = :now
WHERE seq = :file_seq AND organization_id = :organization_id AND digest = :digest AND passages = :passages
RETURNING seq

-- name: add_passage
-- A passage.
INSERT INTO passages (seq, organization_id, page, start, text, vector)
VALUES (:seq, :organization_id, :page, :start, :text, :vector)

-- name: add_signs
-- The signs of the vectors of passages that were added together.
INSERT INTO passage_signs (first, organization_id, file_seq, signs)
VALUES (:first, :organization_id, :file_seq, :signs)

-- name: drop_passages
-- A file's passages are gone.
DELETE FROM passages
WHERE seq >= :file_seq * 1048576 AND seq < (:file_seq + 1) * 1048576 AND organization_id = :organization_id

-- name: drop_signs
-- And the signs of their vectors.
DELETE FROM passage_signs
WHERE first >= :file_seq * 1048576 AND first < (:file_seq + 1) * 1048576 AND organization_id = :organization_id

-- name: drop_indexed_file
-- And the file itself.
DELETE FROM indexed_files WHERE file_id = :file_id AND organization_id = :organization_id RETURNING seq

-- name: list_unused_indexes
-- Files with passages that no graph holds.
-- system: upkeep, for every organization.
SELECT organization_id, file_id FROM indexed_files
WHERE NOT EXISTS (
    SELECT 1 FROM graph_files
    WHERE graph_files.organization_id = indexed_files.organization_id AND graph_files.file_id = indexed_files.file_id
)
LIMIT :limit
