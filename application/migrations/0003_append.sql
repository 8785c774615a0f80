-- The one way into the log, in one call.
--
-- All or nothing, under a lock that lasts until the end of the transaction, so that positions have
-- no gaps and every reader sees them appear in their order. It runs with its owner's rights: who
-- may call it can append, and do nothing else.
--
-- Arguments
--   command          the command's id; null for events that come without one: no receipt then
--   digest           keyed hash of who asked and what for
--   told_by          who asked
--   touched          the streams the receipt names
--   given_time       the moment of recording; null for this database's clock
--   watched, watched_versions
--                    the streams that were looked at but get no event, as they were then
--   streams … payloads
--                    the events, in order; a null among effective_ats means the moment of recording
--   shredded         the subjects whose personal keys are destroyed in the same transaction, by
--                    shred_keys(uuid[]), which comes with the table of keys (0010)
--
-- Outcomes
--   appended         with the receipt
--   repeated         the command was carried out before: with the receipt and digest of then
--   conflict         a stream is not as it was when it was looked at; `stream` names one
--   too_early        the given time is before the last event's
--   too_late         the given time, or an effective time, is in the future

-- Where appends are announced. LISTEN is a hint: what it misses is found by asking.
CREATE FUNCTION channel_of_events() RETURNS text LANGUAGE sql STABLE
SET search_path FROM CURRENT AS $$ SELECT 'events_' || 'events'::regclass::oid $$;

CREATE FUNCTION append(
    command uuid, digest bytea, told_by uuid, touched uuid[], given_time timestamptz,
    watched uuid[], watched_versions bigint[],
    streams uuid[], kinds text[], versions bigint[], types text[], schema_versions integer[],
    event_ids uuid[], effective_ats timestamptz[], actors uuid[], on_behalf_ofs uuid[],
    command_ids uuid[], correlation_ids uuid[], causation_ids uuid[],
    metadatas text[], payloads bytea[], shredded uuid[]
) RETURNS TABLE (
    outcome text, first_position bigint, last_position bigint, moment timestamptz,
    receipt_digest bytea, receipt_streams uuid[], stream uuid
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    earlier receipts%ROWTYPE;
    head    record;
    now_is  timestamptz;
    base    bigint;
    added   bigint := cardinality(streams);
    moved   uuid;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'append() needs READ COMMITTED, to see what was recorded before its lock.';
    END IF;
    PERFORM pg_advisory_xact_lock((1380270927::bigint << 32) | 'events'::regclass::oid::bigint);

    SELECT * INTO earlier FROM receipts WHERE command_id = command;
    IF FOUND THEN
        RETURN QUERY SELECT 'repeated', earlier.first_position, earlier.last_position,
                            earlier.recorded_at, earlier.digest, earlier.streams, NULL::uuid;
        RETURN;
    END IF;

    SELECT e.position, e.recorded_at INTO head FROM events e ORDER BY e.position DESC LIMIT 1;
    base := coalesce(head.position, 0);
    now_is := coalesce(given_time, greatest(clock_timestamp(), head.recorded_at));
    IF now_is < head.recorded_at THEN
        RETURN QUERY SELECT 'too_early', base, base, head.recorded_at, digest, touched, NULL::uuid;
        RETURN;
    END IF;
    IF given_time > clock_timestamp()
       OR EXISTS (SELECT FROM unnest(effective_ats) AS asked (at) WHERE asked.at > now_is) THEN
        RETURN QUERY SELECT 'too_late', base, base, now_is, digest, touched, NULL::uuid;
        RETURN;
    END IF;

    SELECT looked.id INTO moved FROM unnest(watched, watched_versions) AS looked (id, version)
    WHERE looked.version <>
          coalesce((SELECT max(e.version) FROM events e WHERE e.stream_id = looked.id), 0)
    LIMIT 1;
    IF FOUND THEN
        RETURN QUERY SELECT 'conflict', base, base, now_is, digest, touched, moved;
        RETURN;
    END IF;

    BEGIN  -- nearly always nobody was faster; if somebody was, the index says so
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
    EXCEPTION WHEN unique_violation THEN
        SELECT e.stream_id INTO moved FROM events e
        JOIN unnest(streams, versions) AS asked (id, version)
          ON e.stream_id = asked.id AND e.version = asked.version LIMIT 1;
        RETURN QUERY SELECT 'conflict', base, base, now_is, digest, touched, moved;
        RETURN;
    END;

    IF command IS NOT NULL THEN
        INSERT INTO receipts VALUES (
            command, digest, told_by,
            CASE WHEN added > 0 THEN base + 1 ELSE 0 END,
            CASE WHEN added > 0 THEN base + added ELSE 0 END,
            touched, now_is);
    END IF;
    IF cardinality(shredded) > 0 THEN
        PERFORM shred_keys(shredded);
    END IF;
    IF added > 0 THEN
        PERFORM pg_notify(channel_of_events(), (base + added)::text);
    END IF;
    RETURN QUERY SELECT 'appended',
        CASE WHEN added > 0 THEN base + 1 ELSE 0 END,
        CASE WHEN added > 0 THEN base + added ELSE 0 END, now_is, digest, touched, NULL::uuid;
END $$;

REVOKE ALL ON FUNCTION append FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append TO recourse_writer;
