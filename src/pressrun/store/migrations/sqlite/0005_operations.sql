-- What the store knows about itself, and jobs that retention has deleted, so that totals of ended jobs never fall.

CREATE TABLE store_facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    noted_at INTEGER NOT NULL
) STRICT;
INSERT INTO store_facts (name, value, noted_at) VALUES ('epoch', lower(hex(randomblob(16))), 0);

CREATE TABLE forgotten_counts (
    organization_id TEXT NOT NULL,
    state TEXT NOT NULL,
    jobs INTEGER NOT NULL,
    PRIMARY KEY (organization_id, state)
) STRICT;
