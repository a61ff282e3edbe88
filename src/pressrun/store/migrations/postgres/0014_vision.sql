-- Whether a model takes images.
ALTER TABLE models ADD COLUMN vision bigint NOT NULL DEFAULT 0;
