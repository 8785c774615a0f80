-- The append() of 0020, to which metadata comes as JSON. To come as text and be made JSON here was a
-- thirtieth of the server's time for 32 appends.

ALTER TYPE given_event ALTER ATTRIBUTE metadata TYPE json;

CREATE OR REPLACE FUNCTION append(
    given_time timestamptz, commands given_command[], loaded loaded_stream[],
    happened given_event[], shredded uuid[],
    OUT first_position bigint, OUT moment timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    head   record;
    base   bigint;
    given  integer := cardinality(happened);
    stored bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'append() needs READ COMMITTED, to see what was recorded before its lock.';
    END IF;
    IF pg_advisory_xact_lock((1380270927::bigint << 32) | 'events'::regclass::oid::bigint) IS NULL
    THEN
        RAISE EXCEPTION 'The lock of the log cannot be taken.';
    END IF;

    SELECT e.position, e.recorded_at INTO head FROM events e ORDER BY e.position DESC LIMIT 1;
    base := coalesce(head.position, 0);
    moment := coalesce(given_time, greatest(clock_timestamp(), head.recorded_at));

    IF given_time < head.recorded_at OR given_time > clock_timestamp() THEN
        RETURN;  -- nothing of it: somebody stands in the way
    END IF;
    IF cardinality(loaded) > 0 THEN
        IF EXISTS (
            SELECT FROM unnest(loaded) AS seen
            WHERE seen.version <> coalesce(
                (SELECT max(e.version) FROM events e WHERE e.stream_id = seen.stream_id), 0)
        ) THEN
            RETURN;
        END IF;
    END IF;

    INSERT INTO events
    SELECT base + e.ordinality,
           e.stream_id, e.stream_kind, e.version, e.event_type, e.schema_version, e.event_id,
           moment, coalesce(e.effective_at, moment), e.actor, e.on_behalf_of, e.command_id,
           e.correlation_id, e.causation_id, e.metadata, e.payload
    FROM unnest(happened) WITH ORDINALITY AS e
    WHERE e.version >= 0 AND e.schema_version > 0
      AND (e.effective_at IS NULL OR e.effective_at <= moment)
      AND strpos(e.metadata::text, '\u0000') = 0;  -- of which no jsonb can be made
    GET DIAGNOSTICS stored = ROW_COUNT;
    IF stored <> given THEN
        RAISE check_violation USING MESSAGE =
            'an event has a version, a schema version, a time or metadata that cannot be';
    END IF;

    INSERT INTO receipts
    SELECT c.command_id, c.digest, c.actor,
           CASE WHEN c.last_event >= c.first_event THEN base + c.first_event ELSE 0 END,
           CASE WHEN c.last_event >= c.first_event THEN base + c.last_event ELSE 0 END,
           c.streams, moment
    FROM unnest(commands) AS c
    WHERE c.command_id IS NOT NULL;

    IF cardinality(shredded) > 0 THEN
        PERFORM shred_keys(shredded);
    END IF;
    IF given > 0 THEN
        IF pg_notify('events_' || 'events'::regclass::oid, (base + given)::text) IS NULL THEN
            RAISE EXCEPTION 'Nobody can be told.';
        END IF;
    END IF;
    first_position := base + 1;
END $$;
