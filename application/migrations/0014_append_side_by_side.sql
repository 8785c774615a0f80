-- The append() of 0013, which says what it promises.
--
-- The columns of a call are unnested side by side in a SELECT list, which takes them element by
-- element; unnest() in FROM writes each into a store of its own first, which is a fifth of the work
-- for a single event. Shorter ones are filled up with nulls either way.

-- Each connection keeps the plans it made, also those it made while the log was small: so that none
-- of them reads a whole table later, append() never reads one.
CREATE OR REPLACE FUNCTION append(
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
        FROM (
            SELECT generate_subscripts(streams, 1) AS number, unnest(streams) AS stream,
                   unnest(kinds) AS kind, unnest(versions) AS version, unnest(types) AS type,
                   unnest(schema_versions) AS schema_version, unnest(event_ids) AS id,
                   unnest(effective_ats) AS effective_at, unnest(actors) AS actor,
                   unnest(on_behalf_ofs) AS on_behalf_of, unnest(command_ids) AS command,
                   unnest(correlation_ids) AS correlation, unnest(causation_ids) AS causation,
                   unnest(metadatas) AS metadata, unnest(payloads) AS payload
        ) AS e;

        INSERT INTO receipts
        SELECT c.id, c.digest, c.told_by,
               CASE WHEN c.event > c.events_before THEN base + c.events_before + 1 ELSE 0 END,
               CASE WHEN c.event > c.events_before THEN base + c.event ELSE 0 END,
               touched[c.touched_before + 1 : c.stream], now_is
        FROM (
            SELECT unnest(commands) AS id, unnest(digests) AS digest, unnest(told_bys) AS told_by,
                   unnest(last_events) AS event, unnest(0 || last_events) AS events_before,
                   unnest(last_touched) AS stream, unnest(0 || last_touched) AS touched_before
        ) AS c
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
