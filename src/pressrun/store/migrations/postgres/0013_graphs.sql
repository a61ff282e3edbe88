-- Graphs: collections of files whose passages can be searched and cited.

CREATE TABLE graphs (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    description text,
    type text NOT NULL CHECK (type IN ('manual', 'web', 'connector')),
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    UNIQUE (organization_id, id)
);
CREATE INDEX graphs_by_organization ON graphs (organization_id, seq);

-- Pages of the web that a graph takes in; `exclude_urls` is JSON.
CREATE TABLE graph_urls (
    organization_id text NOT NULL,
    graph_id text NOT NULL,
    place bigint NOT NULL,
    url text NOT NULL,
    type text NOT NULL CHECK (type IN ('single_page', 'sub_pages')),
    exclude_urls text NOT NULL,
    status text NOT NULL CHECK (status IN ('validating', 'success', 'error')),
    error_type text,
    error text,
    job_id text,
    PRIMARY KEY (organization_id, graph_id, place)
);

-- The file whose text is indexed: once, in however many graphs it is. `total` passages make up its text, of which
-- `passages` stand here already; `digest` is of that text, so that another text begins anew.
CREATE TABLE indexed_files (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id text NOT NULL,
    file_id text NOT NULL,
    digest text NOT NULL,
    embedder text NOT NULL,
    passages bigint NOT NULL,
    total bigint NOT NULL,
    updated_at bigint NOT NULL,
    UNIQUE (organization_id, file_id)
);

-- The words of a passage, with the organization and the file as words among them, so that a search within a few files
-- does not read what all others have.
CREATE FUNCTION words_of_passage(seq bigint, organization_id text, text text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('pg_catalog.english'::regconfig, text)
    || array_to_tsvector(ARRAY['o' || replace(organization_id, '-', ''), 'f' || CAST(seq >> 20 AS text)]);

-- A passage; `seq` is its file's times 1,048,576 plus its number there, so that a file's passages stand together and
-- none can be there twice. `start` is where it begins in the file's text, in characters. `vector` holds one signed
-- byte for each dimension; NULL where no embedder was installed.
CREATE TABLE passages (
    seq bigint PRIMARY KEY,
    organization_id text NOT NULL,
    page bigint,
    start bigint NOT NULL,
    text text NOT NULL,
    vector bytea,
    words tsvector GENERATED ALWAYS AS (words_of_passage(seq, organization_id, text)) STORED
);
-- Without the list of what is still to be put in, which every search would read through.
CREATE INDEX passages_by_word ON passages USING gin (words) WITH (fastupdate = off);

-- The signs of the vectors of passages that were indexed together, a bit for each dimension: what a search over many
-- passages looks at first. `first` is the seq of the first of them.
CREATE TABLE passage_signs (
    first bigint PRIMARY KEY,
    organization_id text NOT NULL,
    file_seq bigint NOT NULL,
    signs bytea NOT NULL
);

-- Passages of some files that hold a word; `place` narrows the search among the words. A function of its own, for its
-- setting: the index of words can only be read as a bitmap, which our connections do without for the sake of the queue.
CREATE FUNCTION passages_with_word(word text, place tsquery, files bigint[], most bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SET enable_bitmapscan = on AS $$
    SELECT passages.seq FROM passages
    WHERE numnode(plainto_tsquery('pg_catalog.english', word)) > 0
        AND passages.words @@ (plainto_tsquery('pg_catalog.english', word) && place)
        AND passages.seq >> 20 = ANY (files)
    LIMIT most
$$;

-- Where pgvector is installed, vectors are its own as well, and distances are asked of it.
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'vector') THEN
        CREATE EXTENSION IF NOT EXISTS vector;
        CREATE FUNCTION vector_of_bytes(bytes bytea) RETURNS vector
        LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
        RETURN (
            SELECT CAST(array_agg(CAST((get_byte(bytes, place) + 128) % 256 - 128 AS real) ORDER BY place) AS vector)
            FROM generate_series(0, length(bytes) - 1) AS place
        );
        ALTER TABLE passages ADD COLUMN embedding vector GENERATED ALWAYS AS (vector_of_bytes(vector)) STORED;
    END IF;
EXCEPTION WHEN insufficient_privilege OR undefined_file THEN
    RAISE NOTICE 'pgvector cannot be installed by this user: distances are worked out by Pressrun';
END
$$;
