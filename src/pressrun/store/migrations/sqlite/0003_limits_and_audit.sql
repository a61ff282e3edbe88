-- What an organization may use, who did what, and how often somebody tried without a key.

ALTER TABLE keys ADD COLUMN requests_per_minute INTEGER;

CREATE TABLE limits (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    value INTEGER NOT NULL CHECK (value >= 0),
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, name)
) STRICT;

CREATE TABLE request_counts (
    organization_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    minute INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (key_id, minute)
) STRICT;

CREATE TABLE token_counts (
    organization_id TEXT NOT NULL,
    day INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (organization_id, day, slot)
) STRICT;

CREATE TABLE authentication_failures (
    reason TEXT NOT NULL,
    slot INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    PRIMARY KEY (reason, slot)
) STRICT;

CREATE TABLE audit_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    key_id TEXT,
    address TEXT,
    request_id TEXT,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    data BLOB NOT NULL
) STRICT;
CREATE INDEX audit_log_by_organization ON audit_log (organization_id, seq);

CREATE INDEX job_counts_by_organization ON job_counts (organization_id)
WHERE state IN ('queued', 'running', 'waiting');

CREATE TRIGGER audit_log_unchanged BEFORE UPDATE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log never changes');
END;

CREATE TRIGGER audit_log_undeleted BEFORE DELETE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log never changes');
END;
