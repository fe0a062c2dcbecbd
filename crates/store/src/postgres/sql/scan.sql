-- A page of rows in the order of keys, from `low` on (which itself belongs to it if `included`) and below `high`, if that is
-- given. A server that takes no writes answers with a row without a key.
CREATE FUNCTION {schema}.scan_1(low text, included boolean, high text, at_most bigint)
RETURNS TABLE (key text, version bigint, expires bigint, body text) LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
AS $scan$
#variable_conflict use_column
BEGIN
    IF pg_is_in_recovery() THEN
        RETURN QUERY SELECT NULL::text, NULL::bigint, NULL::bigint, NULL::text;
    ELSIF scan_1.high IS NULL THEN
        RETURN QUERY
        (SELECT r.key, r.version, r.expires, r.body FROM {schema}.lasting AS r
            WHERE r.key >= scan_1.low AND (scan_1.included OR r.key <> scan_1.low) AND r.version > 0
            ORDER BY r.key LIMIT scan_1.at_most)
        UNION ALL
        (SELECT r.key, r.version, r.expires, r.body FROM {schema}.brief AS r
            WHERE r.key >= scan_1.low AND (scan_1.included OR r.key <> scan_1.low) AND r.version > 0
            ORDER BY r.key LIMIT scan_1.at_most)
        ORDER BY 1 LIMIT scan_1.at_most;
    ELSE
        RETURN QUERY
        (SELECT r.key, r.version, r.expires, r.body FROM {schema}.lasting AS r
            WHERE r.key >= scan_1.low AND r.key < scan_1.high
                AND (scan_1.included OR r.key <> scan_1.low) AND r.version > 0
            ORDER BY r.key LIMIT scan_1.at_most)
        UNION ALL
        (SELECT r.key, r.version, r.expires, r.body FROM {schema}.brief AS r
            WHERE r.key >= scan_1.low AND r.key < scan_1.high
                AND (scan_1.included OR r.key <> scan_1.low) AND r.version > 0
            ORDER BY r.key LIMIT scan_1.at_most)
        ORDER BY 1 LIMIT scan_1.at_most;
    END IF;
END
$scan$;
