-- Files, what is kept of them, and jobs that take them in.

-- 'agent': a run of an agent. 'ingest': a file or a page is taken in; such a job has no agent, and its agent_id is the
-- organization's own lane, "ingest.<organization_id>".
ALTER TABLE jobs ADD COLUMN kind text NOT NULL DEFAULT 'agent' CHECK (kind IN ('agent', 'ingest'));

-- `blob` is where its bytes are, a name that the server made; `text_blob` is where its text is, once that is extracted.
-- `words`, `pages` and `characters` are of that text; NULL where a file has none, or not yet.
CREATE TABLE files (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    organization_id text NOT NULL,
    name text NOT NULL,
    extension text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    digest text NOT NULL,
    blob text NOT NULL UNIQUE,
    text_blob text,
    state text NOT NULL CHECK (state IN ('in_progress', 'completed', 'failed')),
    error_code text,
    error text,
    words bigint,
    pages bigint,
    characters bigint,
    job_id text,
    key_id text,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE INDEX files_by_organization ON files (organization_id, seq);
CREATE INDEX files_by_name ON files (organization_id, name, seq);
CREATE INDEX files_by_job ON files (job_id) WHERE job_id IS NOT NULL;

-- Which graphs a file is in; `url` where it is a page that was fetched for one.
CREATE TABLE graph_files (
    organization_id text NOT NULL,
    graph_id text NOT NULL,
    file_id text NOT NULL,
    url text NOT NULL DEFAULT '',
    added_at bigint NOT NULL,
    PRIMARY KEY (graph_id, file_id)
);
CREATE INDEX graph_files_by_file ON graph_files (organization_id, file_id);

-- What an organization keeps, against its quota.
CREATE TABLE file_totals (
    organization_id text PRIMARY KEY,
    files bigint NOT NULL,
    bytes bigint NOT NULL
);

-- Bytes that are no file's, or will not be if whoever writes them dies: removed when they are due, then forgotten.
CREATE TABLE blob_sweeps (
    blob text PRIMARY KEY,
    organization_id text NOT NULL,
    due_at bigint NOT NULL
);
CREATE INDEX blob_sweeps_due ON blob_sweeps (due_at);

-- A file stands where its job stands, whoever moves that.
CREATE FUNCTION follow_ingest_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE files SET
        state = CASE NEW.phase WHEN 'open' THEN 'in_progress' ELSE NEW.phase END,
        error_code = CASE NEW.phase WHEN 'failed' THEN NEW.error_code END,
        error = CASE NEW.phase WHEN 'failed' THEN NEW.error END,
        updated_at = NEW.updated_at
    WHERE job_id = NEW.id AND organization_id = NEW.organization_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER files_follow_jobs AFTER UPDATE OF state ON jobs FOR EACH ROW
WHEN (NEW.kind = 'ingest' AND NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION follow_ingest_job();
