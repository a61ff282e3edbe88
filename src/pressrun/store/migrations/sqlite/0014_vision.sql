-- Whether a model takes images.
ALTER TABLE models ADD COLUMN vision INTEGER NOT NULL DEFAULT 0;
