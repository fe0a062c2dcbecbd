-- What the schema is: its format, the oldest program's format that may still use it, and which kinds of keys lie in `brief`.
CREATE TABLE {schema}.store (
    format integer NOT NULL,
    least  integer NOT NULL,
    brief  text[] NOT NULL
);

-- Rows that last, and rows that come and go: which table a key lies in, its kind says, for ever, so that one index of keys
-- keeps each key unique. `version` 0 is a placeholder: it stands for a row that is not there, so that a commit which depends
-- on its absence has something to hold.
CREATE TABLE {schema}.lasting (
    key     text COLLATE "C" NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    expires bigint,
    body    text NOT NULL
) WITH (fillfactor = 85);
CREATE INDEX lasting_by_expiry ON {schema}.lasting (expires) WHERE expires IS NOT NULL;

-- Dead rows here are as many as commits: cleaned up after so many, not after a share of the table. A row that is written
-- again finds room on its own page.
CREATE TABLE {schema}.brief (
    key     text COLLATE "C" NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    expires bigint,
    body    text NOT NULL
) WITH (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_insert_scale_factor = 0.2,
    autovacuum_analyze_scale_factor = 0.05,
    autovacuum_vacuum_cost_delay = 0,
    toast.autovacuum_vacuum_scale_factor = 0.02,
    toast.autovacuum_vacuum_threshold = 2000
);
CREATE INDEX brief_by_expiry ON {schema}.brief (expires) WHERE expires IS NOT NULL;

-- Groups of batches whose answer was lost and which must not be applied any more.
CREATE TABLE {schema}.fences (
    id      bigint NOT NULL PRIMARY KEY,
    expires bigint NOT NULL
);
