-- Graphs: collections of files whose passages can be searched and cited.

CREATE TABLE graphs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    type TEXT NOT NULL CHECK (type IN ('manual', 'web', 'connector')),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (organization_id, id)
) STRICT;
CREATE INDEX graphs_by_organization ON graphs (organization_id, seq);

-- Pages of the web that a graph takes in; `exclude_urls` is JSON.
CREATE TABLE graph_urls (
    organization_id TEXT NOT NULL,
    graph_id TEXT NOT NULL,
    place INTEGER NOT NULL,
    url TEXT NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('single_page', 'sub_pages')),
    exclude_urls TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('validating', 'success', 'error')),
    error_type TEXT,
    error TEXT,
    job_id TEXT,
    PRIMARY KEY (organization_id, graph_id, place)
) STRICT, WITHOUT ROWID;

-- The file whose text is indexed: once, in however many graphs it is. `total` passages make up its text, of which
-- `passages` stand here already; `digest` is of that text, so that another text begins anew.
CREATE TABLE indexed_files (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id TEXT NOT NULL,
    file_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    embedder TEXT NOT NULL,
    passages INTEGER NOT NULL,
    total INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (organization_id, file_id)
) STRICT;

-- A passage; `seq` is its file's times 1,048,576 plus its number there, so that a file's passages stand together and
-- none can be there twice. `start` is where it begins in the file's text, in characters. `vector` holds one signed
-- byte for each dimension; NULL where no embedder was installed.
CREATE TABLE passages (
    seq INTEGER PRIMARY KEY,
    organization_id TEXT NOT NULL,
    page INTEGER,
    start INTEGER NOT NULL,
    text TEXT NOT NULL,
    vector BLOB
) STRICT;

-- The signs of the vectors of passages that were indexed together, a bit for each dimension: what a search over many
-- passages looks at first. `first` is the seq of the first of them.
CREATE TABLE passage_signs (
    first INTEGER PRIMARY KEY,
    organization_id TEXT NOT NULL,
    file_seq INTEGER NOT NULL,
    signs BLOB NOT NULL
) STRICT;

-- The words of passages. `place` holds the organization and the file as words, so that a search within a few files
-- does not read what all others have. Kept by triggers: whoever moves or restores passages needs no other step.
CREATE VIRTUAL TABLE passage_words USING fts5(
    text, place, content = '', columnsize = 0, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER passages_inserted AFTER INSERT ON passages BEGIN
    INSERT INTO passage_words (rowid, text, place)
    VALUES (NEW.seq, NEW.text, 'o' || replace(NEW.organization_id, '-', '') || ' f' || (NEW.seq >> 20));
END;
CREATE TRIGGER passages_deleted AFTER DELETE ON passages BEGIN
    INSERT INTO passage_words (passage_words, rowid, text, place)
    VALUES ('delete', OLD.seq, OLD.text, 'o' || replace(OLD.organization_id, '-', '') || ' f' || (OLD.seq >> 20));
END;
