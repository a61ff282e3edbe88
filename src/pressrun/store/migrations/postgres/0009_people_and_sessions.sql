-- People who use the studio, the links by which they come in, and who is signed in.

ALTER TABLE audit_log ADD COLUMN person_id text;

-- Somebody who was removed keeps the row, so that what was done keeps its name.
CREATE TABLE people (
    id text PRIMARY KEY,
    organization_id text NOT NULL,
    name text NOT NULL,
    email text,
    role text NOT NULL CHECK (role IN ('viewer', 'editor', 'admin')),
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    last_seen_at bigint,
    removed_at bigint
);
CREATE INDEX people_by_organization ON people (organization_id, id);

-- A link stands for a key or for a person; its token is kept as a digest.
CREATE TABLE sign_in_links (
    hash text PRIMARY KEY,
    organization_id text NOT NULL,
    key_id text,
    person_id text,
    epoch text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);

-- So does a session. A restored backup begins a new epoch, in which sessions of the old one are void.
CREATE TABLE sessions (
    hash text PRIMARY KEY,
    organization_id text NOT NULL,
    key_id text,
    person_id text,
    epoch text NOT NULL,
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX sessions_by_person ON sessions (person_id) WHERE person_id IS NOT NULL;

-- Attempts to sign in, by minute, of an address or of the beginning of a secret.
CREATE TABLE sign_in_counts (
    bucket text NOT NULL,
    minute bigint NOT NULL,
    attempts bigint NOT NULL,
    PRIMARY KEY (bucket, minute)
);

ALTER TABLE sessions SET (fillfactor = 75);
ALTER TABLE sign_in_counts SET (fillfactor = 50);
