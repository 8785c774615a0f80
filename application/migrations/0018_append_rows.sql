-- append() and standing_in_the_way() of 0016 and 0015, given rows and not columns.
--
-- Twenty-five arrays, each to be taken in, copied and unnested, were a tenth of what a single append
-- costs here. Arrays of rows say the same.
--
-- Arguments
--   given_time   the moment of recording; null for this database's clock
--   commands     in order; those without an id get no receipt
--   loaded       the streams that were loaded, as they were then; a stream that begins with the
--                command need not be among them
--   happened     the events, in order; their metadata is JSON, and without an effective time they took
--                effect when they are recorded
--   shredded     the subjects whose personal keys are destroyed in the same transaction
--
-- Outcomes of standing_in_the_way(), each with the number of its command
--   repeated     the command was carried out before: with the receipt and digest of then
--   conflict     a stream is not as it was when it was loaded; `stream` names one
--   too_early    the given time is before the last event's
--   too_late     the given time, or an effective time, is in the future

CREATE TYPE given_command AS (
    command_id  uuid,
    digest      bytea,     -- keyed hash of who asked and what for
    actor       uuid,
    streams     uuid[],    -- which it changes, each once
    first_event integer,   -- among all that happened, from 1; the last is before it if there is none
    last_event  integer
);
CREATE TYPE loaded_stream AS (
    command     integer,   -- by which it was loaded: its number, from 1
    stream_id   uuid,
    version     bigint
);
CREATE TYPE given_event AS (
    stream_id      uuid,
    stream_kind    text,
    version        bigint,
    event_type     text,
    schema_version integer,
    event_id       uuid,
    effective_at   timestamptz,
    actor          uuid,
    on_behalf_of   uuid,
    command_id     uuid,
    correlation_id uuid,
    causation_id   uuid,
    metadata       text,
    payload        bytea
);

DROP FUNCTION append;
CREATE FUNCTION append(
    given_time timestamptz, commands given_command[], loaded loaded_stream[],
    happened given_event[], shredded uuid[],
    OUT first_position bigint, OUT moment timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    head  record;
    base  bigint;
    added integer := cardinality(happened);
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
    SELECT base + row_number() OVER (),  -- as they come: to order them by a number takes longer
           e.stream_id, e.stream_kind, e.version, e.event_type, e.schema_version, e.event_id,
           moment, coalesce(e.effective_at, moment), e.actor, e.on_behalf_of, e.command_id,
           e.correlation_id, e.causation_id, e.metadata::json, e.payload
    FROM unnest(happened) AS e;

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
    IF added > 0 THEN
        IF pg_notify('events_' || 'events'::regclass::oid, (base + added)::text) IS NULL THEN
            RAISE EXCEPTION 'Nobody can be told.';
        END IF;
    END IF;
    first_position := base + 1;
END $$;
COMMENT ON FUNCTION append IS
    'Appends commands together, all or nothing. The first position is null if nothing was appended, '
    'since somebody stands in the way.';

DROP FUNCTION standing_in_the_way;
CREATE FUNCTION standing_in_the_way(
    given_time timestamptz, commands given_command[], loaded loaded_stream[],
    happened given_event[]
) RETURNS TABLE (
    number integer, outcome text, first_position bigint, last_position bigint, moment timestamptz,
    receipt_digest bytea, receipt_streams uuid[], stream uuid
)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    head   timestamptz := (SELECT e.recorded_at FROM events e ORDER BY e.position DESC LIMIT 1);
    now_is timestamptz := coalesce(given_time, greatest(clock_timestamp(), head));
BEGIN
    RETURN QUERY
    SELECT asked.number::integer, 'repeated', r.first_position, r.last_position, r.recorded_at,
           r.digest, r.streams, NULL::uuid
    FROM (SELECT c.command_id, row_number() OVER () AS number FROM unnest(commands) AS c) AS asked
    JOIN receipts r ON r.command_id = asked.command_id;
    IF FOUND THEN
        RETURN;
    END IF;

    RETURN QUERY
    WITH asked AS (
        SELECT row_number() OVER () AS command, c.first_event, c.last_event
        FROM unnest(commands) AS c
    ), told AS (
        SELECT asked.command, e.stream_id, e.version, e.effective_at
        FROM (SELECT h.*, row_number() OVER () AS number FROM unnest(happened) AS h) AS e
        JOIN asked ON e.number BETWEEN asked.first_event AND asked.last_event
    ), refused AS (
        SELECT command, 'too_early' AS outcome, NULL::uuid AS stream
        FROM asked WHERE given_time < head
      UNION ALL
        SELECT command, 'too_late', NULL FROM asked WHERE given_time > clock_timestamp()
      UNION ALL
        SELECT command, 'too_late', NULL FROM told WHERE effective_at > now_is
      UNION ALL
        SELECT command, 'conflict', told.stream_id
        FROM told JOIN events e ON e.stream_id = told.stream_id AND e.version = told.version
      UNION ALL
        SELECT seen.command, 'conflict', seen.stream_id
        FROM unnest(loaded) AS seen
        WHERE seen.version <> coalesce(
            (SELECT max(e.version) FROM events e WHERE e.stream_id = seen.stream_id), 0)
    )
    SELECT DISTINCT ON (command) command::integer, outcome, 0::bigint, 0::bigint, now_is,
           NULL::bytea, NULL::uuid[], stream
    FROM refused ORDER BY command, outcome DESC;
END $$;
COMMENT ON FUNCTION standing_in_the_way IS
    'Whom append() cannot carry out, and why. Asked once it is known that there is somebody.';

REVOKE ALL ON FUNCTION append, standing_in_the_way FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append, standing_in_the_way TO recourse_writer;
