-- name: list_scope
-- The indexed files of some graphs, each once.
SELECT seq, passages, embedder, updated_at FROM indexed_files
WHERE organization_id = :organization_id AND file_id IN (
    SELECT file_id FROM graph_files
    WHERE organization_id = :organization_id
        AND graph_id IN (SELECT jsonb_array_elements_text(CAST(:graph_ids AS jsonb)))
)
LIMIT :limit

-- name: measure_scope
-- How many files and passages some graphs have, how many of the passages have a vector of this embedder, sums that change
-- with any of them, and which files they are.
SELECT count(*) AS files, CAST(coalesce(sum(passages), 0) AS bigint) AS passages,
    CAST(coalesce(sum(seq), 0) AS bigint) AS seqs, CAST(coalesce(sum(updated_at % 1000000007), 0) AS bigint) AS times,
    CAST(coalesce(sum(passages) FILTER (WHERE embedder = :embedder), 0) AS bigint) AS embedded,
    coalesce(CAST(json_agg(seq) AS text), '[]') AS file_seqs
FROM indexed_files
WHERE organization_id = :organization_id AND file_id IN (
    SELECT file_id FROM graph_files
    WHERE organization_id = :organization_id
        AND graph_id IN (SELECT jsonb_array_elements_text(CAST(:graph_ids AS jsonb)))
)

-- name: find_word
-- Passages of some files that hold a word, or all of several with spaces between; `place` lists words of which one must
-- stand beside it. The first row's `files` and `place` count.
-- system: the files are those of an organization's graphs, which whoever asks has just read.
WITH scope AS MATERIALIZED (
    SELECT CAST(translate((CAST(:files AS text[]))[1], '[]', '{}') AS bigint[]) AS files,
        CAST(string_agg(value, ' | ') AS tsquery) AS place
    FROM jsonb_array_elements_text(CAST((CAST(:place AS text[]))[1] AS jsonb)) AS one (value)
)
SELECT asked.number, hits.seq
FROM scope
CROSS JOIN unnest(CAST(:number AS bigint[]), CAST(:word AS text[]), CAST(:most AS bigint[]))
    AS asked (number, word, most)
CROSS JOIN LATERAL passages_with_word(asked.word, scope.place, scope.files, asked.most) AS hits (seq)

-- name: list_vectors
-- The vectors of all passages of some graphs.
SELECT passages.seq, passages.vector
FROM indexed_files
JOIN passages ON passages.seq >= indexed_files.seq * 1048576 AND passages.seq < (indexed_files.seq + 1) * 1048576
WHERE indexed_files.organization_id = :organization_id AND indexed_files.embedder = :embedder
    AND indexed_files.file_id IN (
        SELECT file_id FROM graph_files
        WHERE organization_id = :organization_id
            AND graph_id IN (SELECT jsonb_array_elements_text(CAST(:graph_ids AS jsonb)))
    )

-- name: list_signs
-- The signs of all vectors of some graphs.
SELECT passage_signs.first, passage_signs.signs
FROM passage_signs
WHERE passage_signs.organization_id = :organization_id AND passage_signs.file_seq IN (
    SELECT seq FROM indexed_files
    WHERE organization_id = :organization_id AND embedder = :embedder AND file_id IN (
        SELECT file_id FROM graph_files
        WHERE organization_id = :organization_id
            AND graph_id IN (SELECT jsonb_array_elements_text(CAST(:graph_ids AS jsonb)))
    )
)

-- name: find_vectors
-- The vectors of these passages; `size` is how many dimensions those of our embedder have. As an array they are found in
-- one walk over the index, as rows each by itself.
SELECT passages.seq, passages.vector
FROM passages
WHERE passages.seq = ANY (
        ARRAY(SELECT CAST(wanted.seq AS bigint) FROM jsonb_array_elements_text(CAST(:seqs AS jsonb)) AS wanted (seq))
    )
    AND passages.organization_id = :organization_id AND length(passages.vector) = :size

-- name: list_common_words
-- Those of some words that more than :most of so many passages will hold, and how many that are, by what the last ANALYZE
-- saw of all passages; of a word that is cut into several, the rarest part decides.
-- system: a figure of the index of words.
WITH seen AS MATERIALIZED (
    SELECT CAST(CAST(most_common_elems AS text) AS text[]) AS lexemes, most_common_elem_freqs AS frequencies
    FROM pg_stats
    WHERE schemaname = current_schema() AND tablename = 'passages' AND attname = 'words'
), held AS (
    SELECT asked.word, min(coalesce(frequencies[array_position(lexemes, lexeme)], 0) * CAST(:passages AS bigint)) AS holders
    FROM seen
    CROSS JOIN jsonb_array_elements_text(CAST(:words AS jsonb)) AS asked (word)
    CROSS JOIN unnest(tsvector_to_array(to_tsvector('pg_catalog.english', asked.word))) AS lexeme
    GROUP BY asked.word
)
SELECT word, CAST(holders AS bigint) AS holders FROM held WHERE holders > :most

-- name: has_distances
-- Whether the database works out distances between vectors itself, as it does with pgvector.
-- system: the schema is everybody's.
SELECT count(*) AS found FROM information_schema.columns WHERE table_name = 'passages' AND column_name = 'embedding'

-- name: nearest_passages
-- The passages of some graphs that are nearest to a vector, by pgvector.
WITH asked AS MATERIALIZED (SELECT vector_of_bytes(CAST(:vector AS bytea)) AS vector)
SELECT passages.seq, 1 - (passages.embedding <=> asked.vector) AS similarity
FROM asked
CROSS JOIN indexed_files
JOIN passages ON passages.seq >= indexed_files.seq * 1048576 AND passages.seq < (indexed_files.seq + 1) * 1048576
WHERE indexed_files.organization_id = :organization_id AND indexed_files.embedder = :embedder
    AND indexed_files.file_id IN (
        SELECT file_id FROM graph_files
        WHERE organization_id = :organization_id
            AND graph_id IN (SELECT jsonb_array_elements_text(CAST(:graph_ids AS jsonb)))
    )
ORDER BY similarity DESC LIMIT :limit

-- name: find_passages
-- These passages, with their file, and a graph among those asked that holds it.
SELECT passages.seq, passages.page, passages.start, passages.text, files.id AS file_id, files.name AS file_name,
    graph_files.graph_id, graph_files.url
FROM jsonb_array_elements_text(CAST(:seqs AS jsonb)) AS wanted (seq)
JOIN passages ON passages.seq = CAST(wanted.seq AS bigint)
JOIN indexed_files ON indexed_files.seq = passages.seq >> 20
JOIN files ON files.id = indexed_files.file_id AND files.organization_id = indexed_files.organization_id
JOIN graph_files ON graph_files.file_id = files.id AND graph_files.organization_id = files.organization_id
WHERE passages.organization_id = :organization_id
    AND graph_files.graph_id IN (SELECT jsonb_array_elements_text(CAST(:graph_ids AS jsonb)))

-- name: list_known_graphs
-- Those of these graphs that there are.
SELECT id FROM graphs
WHERE organization_id = :organization_id AND id IN (SELECT jsonb_array_elements_text(CAST(:graph_ids AS jsonb)))
