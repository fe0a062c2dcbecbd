-- Deletes rows that are due by the caller's moment and by this server's own clock, those first that were due first, and
-- answers how many. A row that a commit holds is passed over.
CREATE FUNCTION {schema}.sweep_1(due bigint, at_most bigint, OUT swept bigint) LANGUAGE plpgsql
SET enable_seqscan = off SET synchronous_commit = off
AS $sweep$
#variable_conflict use_column
DECLARE
    clock bigint := extract(epoch FROM clock_timestamp()) * 1000;
BEGIN
    DELETE FROM {schema}.brief AS r WHERE r.ctid = ANY (ARRAY(
        SELECT p.ctid FROM {schema}.brief AS p WHERE p.expires <= clock AND p.version = 0
        ORDER BY p.expires LIMIT 2000 FOR UPDATE SKIP LOCKED));
    DELETE FROM {schema}.lasting AS r WHERE r.ctid = ANY (ARRAY(
        SELECT p.ctid FROM {schema}.lasting AS p WHERE p.expires <= clock AND p.version = 0
        ORDER BY p.expires LIMIT 2000 FOR UPDATE SKIP LOCKED));
    DELETE FROM {schema}.fences WHERE expires <= clock;

    WITH brief_due AS MATERIALIZED (
        SELECT p.ctid AS place, p.expires FROM {schema}.brief AS p
        WHERE p.expires <= least(sweep_1.due, clock) AND p.version > 0
        ORDER BY p.expires LIMIT sweep_1.at_most FOR UPDATE SKIP LOCKED
    ), lasting_due AS MATERIALIZED (
        SELECT p.ctid AS place, p.expires FROM {schema}.lasting AS p
        WHERE p.expires <= least(sweep_1.due, clock) AND p.version > 0
        ORDER BY p.expires LIMIT sweep_1.at_most FOR UPDATE SKIP LOCKED
    ), first AS MATERIALIZED (
        SELECT true AS brief, place, expires FROM brief_due
        UNION ALL SELECT false, place, expires FROM lasting_due ORDER BY expires LIMIT sweep_1.at_most
    ), cut_brief AS (
        DELETE FROM {schema}.brief AS r
        WHERE r.ctid = ANY (ARRAY(SELECT place FROM first WHERE brief)) RETURNING 1
    ), cut_lasting AS (
        DELETE FROM {schema}.lasting AS r
        WHERE r.ctid = ANY (ARRAY(SELECT place FROM first WHERE NOT brief)) RETURNING 1
    )
    SELECT (SELECT count(*) FROM cut_brief) + (SELECT count(*) FROM cut_lasting) INTO sweep_1.swept;
END
$sweep$;
