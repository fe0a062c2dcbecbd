-- Waits until a group that may be under way has ended, and keeps it from being applied if it has not begun.
CREATE FUNCTION {schema}.fence_1(id bigint) RETURNS void LANGUAGE plpgsql
SET lock_timeout = '3s'
AS $fence$
BEGIN
    PERFORM pg_advisory_xact_lock(fence_1.id);
    INSERT INTO {schema}.fences VALUES (fence_1.id, extract(epoch FROM clock_timestamp()) * 1000 + 86400000)
    ON CONFLICT DO NOTHING;
END
$fence$;
