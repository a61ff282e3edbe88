-- What an organization may use, who did what, and how often somebody tried without a key.

ALTER TABLE keys ADD COLUMN requests_per_minute bigint;

CREATE TABLE limits (
    organization_id text NOT NULL REFERENCES organizations (id),
    name text NOT NULL,
    value bigint NOT NULL CHECK (value >= 0),
    updated_at bigint NOT NULL,
    PRIMARY KEY (organization_id, name)
);

CREATE TABLE request_counts (
    organization_id text NOT NULL,
    key_id text NOT NULL,
    minute bigint NOT NULL,
    requests bigint NOT NULL,
    PRIMARY KEY (key_id, minute)
);

CREATE TABLE token_counts (
    organization_id text NOT NULL,
    day bigint NOT NULL,
    slot bigint NOT NULL,
    tokens bigint NOT NULL,
    PRIMARY KEY (organization_id, day, slot)
);

CREATE TABLE authentication_failures (
    reason text NOT NULL,
    slot bigint NOT NULL,
    failures bigint NOT NULL,
    PRIMARY KEY (reason, slot)
);

CREATE TABLE audit_log (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id text NOT NULL,
    at bigint NOT NULL,
    key_id text,
    address text,
    request_id text,
    action text NOT NULL,
    target text NOT NULL,
    data bytea NOT NULL
);
CREATE INDEX audit_log_by_organization ON audit_log (organization_id, seq);

CREATE INDEX job_counts_by_organization ON job_counts (organization_id)
WHERE state IN ('queued', 'running', 'waiting');

ALTER TABLE request_counts SET (fillfactor = 50);
ALTER TABLE token_counts SET (fillfactor = 50);

CREATE TRIGGER audit_log_unchanged BEFORE UPDATE OR DELETE ON audit_log
FOR EACH ROW EXECUTE FUNCTION refuse_change();
