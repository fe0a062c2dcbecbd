-- The rows at these keys, each with its number from 1; also whether this server takes writes, in a row of number 0, for one
-- that was demoted goes on answering with what was true.
CREATE FUNCTION {schema}.read_1(keys text[], briefs boolean[])
RETURNS TABLE (n integer, version bigint, expires bigint, body text) LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
AS $read$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT 0, NULL::bigint, NULL::bigint, NULL::text WHERE pg_is_in_recovery()
    UNION ALL
    SELECT k.n::integer, r.version, r.expires, r.body
    FROM unnest(read_1.keys, read_1.briefs) WITH ORDINALITY AS k (key, brief, n)
    CROSS JOIN LATERAL (
        SELECT l.version, l.expires, l.body FROM {schema}.lasting AS l WHERE NOT k.brief AND l.key = k.key
        UNION ALL
        SELECT b.version, b.expires, b.body FROM {schema}.brief AS b WHERE k.brief AND b.key = k.key
    ) AS r
    WHERE r.version > 0;
END
$read$;
