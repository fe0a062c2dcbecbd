-- Applies a group of batches, each judged for itself: the numbers of those whose expectations do not hold, and for each the
-- number of its first key that is not as expected. Nothing is applied when it raises anything:
-- PH001 where the group was fenced, PH002 where it lost a race.
--
-- A function, because a connection pooler loses prepared statements and never a function, whose plan every session keeps.
CREATE FUNCTION {schema}.commit_1(
    -- Names the group while it is under way: no other has this number.
    id bigint,
    -- Whether the answer may come before the rows are on disk.
    deferred boolean,
    -- Every key of the group once, ascending: which table it lies in, and whether some batch writes it.
    keys text[], briefs boolean[], writes boolean[],
    -- A step a batch and key: the batch, the key's number from 1, 0 check 1 put 2 delete, and what must be there: 0 anything,
    -- -1 nothing, -2 something, -3 what cannot be, else this version.
    batches integer[], numbers integer[], kinds integer[], wants bigint[],
    -- What a put writes.
    versions bigint[], expiries bigint[], bodies text[],
    OUT refused integer[], OUT at integer[]
) LANGUAGE plpgsql
-- The plan must be by index while a table is still small. A lock that is held longer is somebody's forgotten transaction.
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET lock_timeout = '3s'
AS $commit$
#variable_conflict use_column
DECLARE
    done bigint;
    due bigint;
    stands_until bigint := extract(epoch FROM clock_timestamp()) * 1000 + 3600000;
BEGIN
    -- Every statement below must see what was committed before it began.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the isolation is not READ COMMITTED' USING ERRCODE = 'PH003';
    END IF;
    IF commit_1.deferred THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    ELSIF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    -- Whoever fences the group waits for this lock, and afterwards the group finds the fence: this statement sees it, for it
    -- looks only after it has the lock.
    PERFORM pg_advisory_xact_lock(commit_1.id);
    IF EXISTS (SELECT FROM {schema}.fences AS f WHERE f.id = commit_1.id) THEN
        RAISE EXCEPTION 'the group is fenced' USING ERRCODE = 'PH001';
    END IF;

    WITH k AS MATERIALIZED (
        SELECT u.n::integer AS n, u.key, u.brief, u.writes
        FROM unnest(commit_1.keys, commit_1.briefs, commit_1.writes) WITH ORDINALITY AS u (key, brief, writes, n)
    ), held AS MATERIALIZED (
        -- The rows that are there, locked in the order of keys whichever table they lie in, as they are once locked.
        SELECT k.n, k.key, k.brief, coalesce(a.version, b.version, c.version, d.version) AS found
        FROM k
        LEFT JOIN LATERAL (SELECT r.version FROM {schema}.lasting AS r
            WHERE NOT k.brief AND k.writes AND r.key = k.key FOR UPDATE) AS a ON true
        LEFT JOIN LATERAL (SELECT r.version FROM {schema}.lasting AS r
            WHERE NOT k.brief AND NOT k.writes AND r.key = k.key FOR SHARE) AS b ON true
        LEFT JOIN LATERAL (SELECT r.version FROM {schema}.brief AS r
            WHERE k.brief AND k.writes AND r.key = k.key FOR UPDATE) AS c ON true
        LEFT JOIN LATERAL (SELECT r.version FROM {schema}.brief AS r
            WHERE k.brief AND NOT k.writes AND r.key = k.key FOR SHARE) AS d ON true
    ), step AS MATERIALIZED (
        SELECT u.batch, u.n, u.kind, u.want, u.version, u.expires, u.body, held.key, held.brief, held.found
        FROM unnest(commit_1.batches, commit_1.numbers, commit_1.kinds, commit_1.wants, commit_1.versions,
            commit_1.expiries, commit_1.bodies) AS u (batch, n, kind, want, version, expires, body)
        JOIN held USING (n)
    ), bad AS MATERIALIZED (
        SELECT batch, min(n) AS n FROM step
        WHERE NOT CASE want
            WHEN 0 THEN true
            WHEN -1 THEN coalesce(found, 0) = 0
            WHEN -2 THEN coalesce(found, 0) > 0
            WHEN -3 THEN false
            ELSE found IS NOT DISTINCT FROM want
        END
        GROUP BY batch
    ), good AS MATERIALIZED (
        -- What is to be done: writes, and placeholders for keys that have no row to be locked.
        SELECT n, key, brief, found, kind,
            CASE kind WHEN 1 THEN version ELSE 0 END AS version,
            CASE kind WHEN 1 THEN expires ELSE stands_until END AS expires,
            CASE kind WHEN 1 THEN body ELSE '' END AS body
        FROM step
        WHERE CASE kind WHEN 0 THEN found IS NULL WHEN 1 THEN true ELSE found IS NULL OR found > 0 END
            AND NOT EXISTS (SELECT FROM bad WHERE bad.batch = step.batch)
    ), put_lasting AS (
        UPDATE {schema}.lasting AS r SET version = good.version, expires = good.expires, body = good.body
        FROM good WHERE NOT good.brief AND kind = 1 AND found IS NOT NULL AND r.key = good.key RETURNING 1
    ), put_brief AS (
        UPDATE {schema}.brief AS r SET version = good.version, expires = good.expires, body = good.body
        FROM good WHERE good.brief AND kind = 1 AND found IS NOT NULL AND r.key = good.key RETURNING 1
    ), cut_lasting AS (
        DELETE FROM {schema}.lasting AS r
        USING good WHERE NOT good.brief AND kind = 2 AND found IS NOT NULL AND r.key = good.key RETURNING 1
    ), cut_brief AS (
        DELETE FROM {schema}.brief AS r
        USING good WHERE good.brief AND kind = 2 AND found IS NOT NULL AND r.key = good.key RETURNING 1
    ), new_lasting AS (
        INSERT INTO {schema}.lasting AS r (key, version, expires, body)
        SELECT DISTINCT ON (key) key, version, expires, body FROM good WHERE NOT brief AND found IS NULL ORDER BY key
        ON CONFLICT (key) DO UPDATE SET version = excluded.version, expires = excluded.expires, body = excluded.body
        WHERE r.version = 0 RETURNING 1
    ), new_brief AS (
        INSERT INTO {schema}.brief AS r (key, version, expires, body)
        SELECT DISTINCT ON (key) key, version, expires, body FROM good WHERE brief AND found IS NULL ORDER BY key
        ON CONFLICT (key) DO UPDATE SET version = excluded.version, expires = excluded.expires, body = excluded.body
        WHERE r.version = 0 RETURNING 1
    )
    SELECT
        (SELECT array_agg(batch ORDER BY batch) FROM bad),
        (SELECT array_agg(n ORDER BY batch) FROM bad),
        (SELECT count(*) FROM put_lasting) + (SELECT count(*) FROM put_brief)
            + (SELECT count(*) FROM cut_lasting) + (SELECT count(*) FROM cut_brief)
            + (SELECT count(*) FROM new_lasting) + (SELECT count(*) FROM new_brief),
        (SELECT count(DISTINCT n) FROM good)
    INTO commit_1.refused, commit_1.at, done, due;

    -- Somebody put a row where this statement had seen none.
    IF done <> due THEN
        RAISE EXCEPTION 'lost a race: % of % rows', done, due USING ERRCODE = 'PH002';
    END IF;
END
$commit$;
