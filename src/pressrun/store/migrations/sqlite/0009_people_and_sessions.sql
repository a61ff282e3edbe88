-- People who use the studio, the links by which they come in, and who is signed in.

ALTER TABLE audit_log ADD COLUMN person_id TEXT;

-- Somebody who was removed keeps the row, so that what was done keeps its name.
CREATE TABLE people (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'editor', 'admin')),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_seen_at INTEGER,
    removed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX people_by_organization ON people (organization_id, id);

-- A link stands for a key or for a person; its token is kept as a digest.
CREATE TABLE sign_in_links (
    hash TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    key_id TEXT,
    person_id TEXT,
    epoch TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;

-- So does a session. A restored backup begins a new epoch, in which sessions of the old one are void.
CREATE TABLE sessions (
    hash TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    key_id TEXT,
    person_id TEXT,
    epoch TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_person ON sessions (person_id) WHERE person_id IS NOT NULL;

-- Attempts to sign in, by minute, of an address or of the beginning of a secret.
CREATE TABLE sign_in_counts (
    bucket TEXT NOT NULL,
    minute INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (bucket, minute)
) STRICT, WITHOUT ROWID;
