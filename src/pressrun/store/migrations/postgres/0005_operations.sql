-- What the store knows about itself, and jobs that retention has deleted, so that totals of ended jobs never fall.

CREATE TABLE store_facts (
    name text PRIMARY KEY,
    value text NOT NULL,
    noted_at bigint NOT NULL
);
INSERT INTO store_facts (name, value, noted_at) VALUES ('epoch', replace(gen_random_uuid()::text, '-', ''), 0);

CREATE TABLE forgotten_counts (
    organization_id text NOT NULL,
    state text NOT NULL,
    jobs bigint NOT NULL,
    PRIMARY KEY (organization_id, state)
);

-- Retention deletes a little of these all the time: vacuum before the dead rows are a fifth of a large table.
ALTER TABLE results SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE job_events SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE idempotency_keys SET (autovacuum_vacuum_scale_factor = 0.05);
