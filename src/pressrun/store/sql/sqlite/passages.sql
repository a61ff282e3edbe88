-- name: list_scope
-- The indexed files of some graphs, each once.
SELECT seq, passages, embedder, updated_at FROM indexed_files
WHERE organization_id = :organization_id AND file_id IN (
    SELECT file_id FROM graph_files
    WHERE organization_id = :organization_id AND graph_id IN (SELECT value FROM json_each(:graph_ids))
)
LIMIT :limit

-- name: measure_scope
-- How many files and passages some graphs have, how many of the passages have a vector of this embedder, sums that change
-- with any of them, and which files they are.
SELECT count(*) AS files, CAST(coalesce(sum(passages), 0) AS INTEGER) AS passages,
    CAST(coalesce(sum(seq), 0) AS INTEGER) AS seqs, CAST(coalesce(sum(updated_at % 1000000007), 0) AS INTEGER) AS times,
    CAST(coalesce(sum(CASE embedder WHEN :embedder THEN passages END), 0) AS INTEGER) AS embedded,
    json_group_array(seq) AS file_seqs
FROM indexed_files
WHERE organization_id = :organization_id AND file_id IN (
    SELECT file_id FROM graph_files
    WHERE organization_id = :organization_id AND graph_id IN (SELECT value FROM json_each(:graph_ids))
)

-- name: find_word
-- Passages of some files that hold a word, or all of several with spaces between; `place` lists words of which one must
-- stand beside it.
-- system: the files are those of an organization's graphs, which whoever asks has just read.
SELECT :number AS number, passage_words.rowid AS seq
FROM passage_words
WHERE passage_words MATCH
        'place : (' || (SELECT group_concat(value, ' OR ') FROM json_each(:place)) || ') AND text : ("'
        || replace(:word, ' ', '" AND "') || '")'
    AND passage_words.rowid >> 20 IN (SELECT value FROM json_each(:files))
LIMIT :most

-- name: list_vectors
-- The vectors of all passages of some graphs.
SELECT passages.seq, passages.vector
FROM indexed_files
JOIN passages ON passages.seq >= indexed_files.seq * 1048576 AND passages.seq < (indexed_files.seq + 1) * 1048576
WHERE indexed_files.organization_id = :organization_id AND indexed_files.embedder = :embedder
    AND indexed_files.file_id IN (
        SELECT file_id FROM graph_files
        WHERE organization_id = :organization_id AND graph_id IN (SELECT value FROM json_each(:graph_ids))
    )

-- name: list_signs
-- The signs of all vectors of some graphs.
SELECT passage_signs.first, passage_signs.signs
FROM indexed_files
JOIN passage_signs
    ON passage_signs.first >= indexed_files.seq * 1048576 AND passage_signs.first < (indexed_files.seq + 1) * 1048576
WHERE indexed_files.organization_id = :organization_id AND indexed_files.embedder = :embedder
    AND indexed_files.file_id IN (
        SELECT file_id FROM graph_files
        WHERE organization_id = :organization_id AND graph_id IN (SELECT value FROM json_each(:graph_ids))
    )

-- name: find_vectors
-- The vectors of these passages; `size` is how many dimensions those of our embedder have.
SELECT passages.seq, passages.vector
FROM json_each(:seqs) AS wanted
JOIN passages ON passages.seq = wanted.value
WHERE passages.organization_id = :organization_id AND length(passages.vector) = :size

-- name: list_common_words
-- Those of some words that more than :most of so many passages will hold: nobody counts here, as a search stops early.
-- system: a figure of the index of words.
SELECT value AS word, 0 AS holders FROM json_each(:words) WHERE :most + :passages < 0

-- name: has_distances
-- Whether the database works out distances between vectors itself, as it does with sqlite-vec.
-- system: the schema is everybody's.
SELECT count(*) AS found FROM pragma_function_list WHERE name = 'vec_distance_cosine'

-- name: nearest_passages
-- The passages of some graphs that are nearest to a vector, by sqlite-vec.
SELECT passages.seq, 1 - vec_distance_cosine(vec_int8(passages.vector), vec_int8(:vector)) AS similarity
FROM indexed_files
JOIN passages ON passages.seq >= indexed_files.seq * 1048576 AND passages.seq < (indexed_files.seq + 1) * 1048576
WHERE indexed_files.organization_id = :organization_id AND indexed_files.embedder = :embedder
    AND indexed_files.file_id IN (
        SELECT file_id FROM graph_files
        WHERE organization_id = :organization_id AND graph_id IN (SELECT value FROM json_each(:graph_ids))
    )
ORDER BY similarity DESC LIMIT :limit

-- name: find_passages
-- These passages, with their file, and a graph among those asked that holds it.
SELECT passages.seq, passages.page, passages.start, passages.text, files.id AS file_id, files.name AS file_name,
    graph_files.graph_id, graph_files.url
FROM json_each(:seqs) AS wanted
JOIN passages ON passages.seq = wanted.value
JOIN indexed_files ON indexed_files.seq = passages.seq >> 20
JOIN files ON files.id = indexed_files.file_id AND files.organization_id = indexed_files.organization_id
JOIN graph_files ON graph_files.file_id = files.id AND graph_files.organization_id = files.organization_id
WHERE passages.organization_id = :organization_id
    AND graph_files.graph_id IN (SELECT value FROM json_each(:graph_ids))

-- name: list_known_graphs
-- Those of these graphs that there are.
SELECT id FROM graphs WHERE organization_id = :organization_id AND id IN (SELECT value FROM json_each(:graph_ids))
