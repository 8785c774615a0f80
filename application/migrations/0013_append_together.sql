-- Commands are appended together: those that arrive while a commit is under way go out in the next,
-- in one call. This replaces the append() of 0003.
--
-- Either every command of the call is carried out, or nothing is and the answer names those that
-- stand in the way, each with its outcome; the caller then sends the others again. So the conflict
-- of one command hurts no other, and where nobody was faster, which is nearly always, the call is
-- the fewest statements there can be.
--
-- It works under a lock that lasts until the end of the transaction, so that positions have no gaps
-- and every reader sees them appear in their order. It runs with its owner's rights: who may call it
-- can append, and do nothing else.
--
-- Arguments
--   given_time       the moment of recording; null for this database's clock
--   commands, digests, told_bys
--                    of each command: its id (null for events that come without a command: no
--                    receipt then), a keyed hash of who asked and what for, and who asked
--   last_events      of each command: the number of its last event; they follow one another
--   last_touched     of each command: the number of the last stream, in `touched`, of its receipt
--   loaders, loaded, loaded_versions
--                    the streams that were loaded, by the command with this number, as they were
--                    then; a stream that begins with the command need not be named
--   streams … payloads
--                    the events, in order; a null among effective_ats means the moment of recording;
--                    a column that is null throughout may be left empty
--   shredded         the subjects whose personal keys are destroyed in the same transaction
--
-- Outcomes, each with the number of its command
--   appended         of all of them: number 0, their first and last position, the moment
--   repeated         the command was carried out before: with the receipt and digest of then
--   conflict         a stream is not as it was when it was loaded; `stream` names one
--   too_early        the given time is before the last event's
--   too_late         the given time, or an effective time, is in the future

DROP FUNCTION append;

-- Whom an append cannot carry out, and why. Asked only once it is known that there is somebody.
CREATE FUNCTION standing_in_the_way(
    given_time timestamptz, now_is timestamptz, commands uuid[], last_events integer[],
    loaders integer[], loaded uuid[], loaded_versions bigint[],
    streams uuid[], versions bigint[], effective_ats timestamptz[]
) RETURNS TABLE (
    number integer, outcome text, first_position bigint, last_position bigint, moment timestamptz,
    receipt_digest bytea, receipt_streams uuid[], stream uuid
)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT asked.number::integer, 'repeated', r.first_position, r.last_position, r.recorded_at,
           r.digest, r.streams, NULL::uuid
    FROM unnest(commands) WITH ORDINALITY AS asked (id, number)
    JOIN receipts r ON r.command_id = asked.id;
    IF FOUND THEN
        RETURN;
    END IF;

    RETURN QUERY
    WITH happened AS (
        SELECT width_bucket(e.number - 1, last_events) + 1 AS command, e.stream, e.version, e.at
        FROM unnest(streams, versions, effective_ats)
             WITH ORDINALITY AS e (stream, version, at, number)
    ), refused AS (
        SELECT command, 'too_early' AS outcome, NULL::uuid AS stream
        FROM generate_subscripts(commands, 1) AS command
        WHERE given_time < (SELECT e.recorded_at FROM events e ORDER BY e.position DESC LIMIT 1)
      UNION ALL
        SELECT command, 'too_late', NULL
        FROM generate_subscripts(commands, 1) AS command WHERE given_time > clock_timestamp()
      UNION ALL
        SELECT command, 'too_late', NULL FROM happened WHERE at > now_is
      UNION ALL
        SELECT command, 'conflict', h.stream
        FROM happened h JOIN events e ON e.stream_id = h.stream AND e.version = h.version
      UNION ALL
        SELECT seen.by, 'conflict', seen.stream
        FROM unnest(loaders, loaded, loaded_versions) AS seen (by, stream, version)
        WHERE seen.version <>
              coalesce((SELECT max(e.version) FROM events e WHERE e.stream_id = seen.stream), 0)
    )
    SELECT DISTINCT ON (command) command, outcome, 0::bigint, 0::bigint, now_is, NULL::bytea,
           NULL::uuid[], stream
    FROM refused ORDER BY command, outcome DESC;
END $$;
REVOKE ALL ON FUNCTION standing_in_the_way FROM PUBLIC;

-- Each connection keeps the plans it made, also those it made while the log was small: so that none
-- of them reads a whole table later, append() never reads one.
CREATE FUNCTION append(
    given_time timestamptz,
    commands uuid[], digests bytea[], told_bys uuid[], last_events integer[],
    last_touched integer[], touched uuid[],
    loaders integer[], loaded uuid[], loaded_versions bigint[],
    streams uuid[], kinds text[], versions bigint[], types text[], schema_versions integer[],
    event_ids uuid[], effective_ats timestamptz[], actors uuid[], on_behalf_ofs uuid[],
    command_ids uuid[], correlation_ids uuid[], causation_ids uuid[], metadatas text[],
    payloads bytea[], shredded uuid[]
) RETURNS TABLE (
    number integer, outcome text, first_position bigint, last_position bigint, moment timestamptz,
    receipt_digest bytea, receipt_streams uuid[], stream uuid
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    head   record;
    now_is timestamptz;
    base   bigint;
    added  integer := cardinality(streams);
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'append() needs READ COMMITTED, to see what was recorded before its lock.';
    END IF;
    PERFORM pg_advisory_xact_lock((1380270927::bigint << 32) | 'events'::regclass::oid::bigint);

    SELECT e.position, e.recorded_at INTO head FROM events e ORDER BY e.position DESC LIMIT 1;
    base := coalesce(head.position, 0);
    now_is := coalesce(given_time, greatest(clock_timestamp(), head.recorded_at));

    IF given_time < head.recorded_at OR given_time > clock_timestamp() OR loaded <> '{}' AND EXISTS (
        SELECT FROM unnest(loaded, loaded_versions) AS seen (stream, version)
        WHERE seen.version <>
              coalesce((SELECT max(e.version) FROM events e WHERE e.stream_id = seen.stream), 0)
    ) THEN
        RETURN QUERY SELECT * FROM standing_in_the_way(
            given_time, now_is, commands, last_events, loaders, loaded, loaded_versions, streams,
            versions, effective_ats);
        RETURN;
    END IF;

    BEGIN  -- nearly always nobody was faster; if somebody was, an index says so
        INSERT INTO events
        SELECT base + e.number, e.stream, e.kind, e.version, e.type, e.schema_version, e.id, now_is,
               coalesce(e.effective_at, now_is), e.actor, e.on_behalf_of, e.command, e.correlation,
               e.causation, e.metadata::json, e.payload
        FROM unnest(streams, kinds, versions, types, schema_versions, event_ids, effective_ats,
                    actors, on_behalf_ofs, command_ids, correlation_ids, causation_ids, metadatas,
                    payloads)
             WITH ORDINALITY AS e (stream, kind, version, type, schema_version, id, effective_at,
                                   actor, on_behalf_of, command, correlation, causation, metadata,
                                   payload, number);

        INSERT INTO receipts
        SELECT c.id, c.digest, c.told_by,
               CASE WHEN c.event > events_before THEN base + events_before + 1 ELSE 0 END,
               CASE WHEN c.event > events_before THEN base + c.event ELSE 0 END,
               touched[touched_before + 1 : c.stream], now_is
        FROM unnest(commands, digests, told_bys, last_events, last_touched)
             WITH ORDINALITY AS c (id, digest, told_by, event, stream, number),
             LATERAL (SELECT coalesce(last_events[c.number - 1], 0),
                             coalesce(last_touched[c.number - 1], 0))
                     AS earlier (events_before, touched_before)
        WHERE c.id IS NOT NULL;
    EXCEPTION WHEN unique_violation OR check_violation THEN
        RETURN QUERY SELECT * FROM standing_in_the_way(
            given_time, now_is, commands, last_events, loaders, loaded, loaded_versions, streams,
            versions, effective_ats);
        IF NOT FOUND THEN
            RAISE;
        END IF;
        RETURN;
    END;

    IF shredded <> '{}' THEN
        PERFORM shred_keys(shredded);
    END IF;
    IF added > 0 THEN
        PERFORM pg_notify(channel_of_events(), (base + added)::text);
    END IF;
    number := 0;
    outcome := 'appended';
    first_position := base + 1;
    last_position := base + added;
    moment := now_is;
    RETURN NEXT;
END $$;

REVOKE ALL ON FUNCTION append FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append TO recourse_writer;
