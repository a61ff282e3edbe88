-- Files, what is kept of them, and jobs that take them in.

-- 'agent': a run of an agent. 'ingest': a file or a page is taken in; such a job has no agent, and its agent_id is the
-- organization's own lane, "ingest.<organization_id>".
ALTER TABLE jobs ADD COLUMN kind TEXT NOT NULL DEFAULT 'agent' CHECK (kind IN ('agent', 'ingest'));

-- `blob` is where its bytes are, a name that the server made; `text_blob` is where its text is, once that is extracted.
-- `words`, `pages` and `characters` are of that text; NULL where a file has none, or not yet.
CREATE TABLE files (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    organization_id TEXT NOT NULL,
    name TEXT NOT NULL,
    extension TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    digest TEXT NOT NULL,
    blob TEXT NOT NULL UNIQUE,
    text_blob TEXT,
    state TEXT NOT NULL CHECK (state IN ('in_progress', 'completed', 'failed')),
    error_code TEXT,
    error TEXT,
    words INTEGER,
    pages INTEGER,
    characters INTEGER,
    job_id TEXT,
    key_id TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX files_by_organization ON files (organization_id, seq);
CREATE INDEX files_by_name ON files (organization_id, name, seq);
CREATE INDEX files_by_job ON files (job_id) WHERE job_id IS NOT NULL;

-- Which graphs a file is in; `url` where it is a page that was fetched for one.
CREATE TABLE graph_files (
    organization_id TEXT NOT NULL,
    graph_id TEXT NOT NULL,
    file_id TEXT NOT NULL,
    url TEXT NOT NULL DEFAULT '',
    added_at INTEGER NOT NULL,
    PRIMARY KEY (graph_id, file_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX graph_files_by_file ON graph_files (organization_id, file_id);

-- What an organization keeps, against its quota.
CREATE TABLE file_totals (
    organization_id TEXT PRIMARY KEY,
    files INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Bytes that are no file's, or will not be if whoever writes them dies: removed when they are due, then forgotten.
CREATE TABLE blob_sweeps (
    blob TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    due_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_sweeps_due ON blob_sweeps (due_at);

-- A file stands where its job stands, whoever moves that.
CREATE TRIGGER files_follow_jobs AFTER UPDATE OF state ON jobs WHEN NEW.kind = 'ingest' BEGIN
    UPDATE files SET
        state = CASE NEW.phase WHEN 'open' THEN 'in_progress' ELSE NEW.phase END,
        error_code = CASE NEW.phase WHEN 'failed' THEN NEW.error_code END,
        error = CASE NEW.phase WHEN 'failed' THEN NEW.error END,
        updated_at = NEW.updated_at
    WHERE job_id = NEW.id AND organization_id = NEW.organization_id;
END;
