-- The log: everything that ever happened, in one order without gaps. It only grows.

CREATE TABLE events (
    position       bigint      NOT NULL CHECK (position > 0),
    stream_id      uuid        NOT NULL,
    stream_kind    text        COLLATE "C" NOT NULL,   -- as in claims.Claim
    version        bigint      NOT NULL CHECK (version >= 0),
    event_type     text        COLLATE "C" NOT NULL,   -- as in claims.ClaimSubmitted
    schema_version integer     NOT NULL CHECK (schema_version > 0),
    event_id       uuid        NOT NULL,
    recorded_at    timestamptz NOT NULL,               -- never decreases with the position
    effective_at   timestamptz NOT NULL CHECK (effective_at <= recorded_at),
    actor          uuid        NOT NULL,
    on_behalf_of   uuid,
    command_id     uuid        NOT NULL,
    correlation_id uuid        NOT NULL,
    causation_id   uuid,
    metadata       json        NOT NULL                -- channel, roles used, reason, policies
                   CHECK (strpos(metadata::text, '\u0000') = 0),
    payload        bytea       NOT NULL,               -- JSON in UTF-8, exactly as it is proven
    PRIMARY KEY (position),
    UNIQUE (stream_id, version)
);
CREATE INDEX events_by_type ON events (event_type, position);
CREATE INDEX events_by_correlation ON events (correlation_id, position);

COMMENT ON TABLE events IS
    'Everything that happened, in one order without gaps. Rows are only ever added.';

-- A command that was carried out, so that the same one again is known for what it is.
CREATE TABLE receipts (
    command_id     uuid        NOT NULL PRIMARY KEY,
    digest         bytea       NOT NULL,               -- keyed hash of who asked and what for
    actor          uuid        NOT NULL,
    first_position bigint      NOT NULL,               -- 0 if nothing had to happen
    last_position  bigint      NOT NULL,
    streams        uuid[]      NOT NULL,
    recorded_at    timestamptz NOT NULL
);
COMMENT ON TABLE receipts IS
    'Commands that were carried out, also those after which nothing had to happen.';

-- ── it only grows ──────────────────────────────────────────────────────────

CREATE FUNCTION refuse_to_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What is recorded in % stays as it is: % is refused.', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'Record a further event that puts it right.';
END $$;

CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON receipts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget();

-- The writer inserts by append() alone (0003), so that nobody can leave a gap or backdate.
GRANT SELECT ON events, receipts TO recourse_writer, recourse_reader;

-- ── for people ─────────────────────────────────────────────────────────────

CREATE FUNCTION as_json(bytes bytea) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path FROM CURRENT AS $$
BEGIN
    RETURN convert_from(bytes, 'UTF8')::jsonb;
EXCEPTION WHEN OTHERS THEN  -- whatever it is, a list for auditors must not stop at it
    RETURN to_jsonb(encode(bytes, 'base64'));
END $$;

CREATE VIEW readable_events AS
SELECT position, recorded_at, effective_at, event_type, schema_version,
       stream_kind, stream_id, version,
       as_json(payload)              AS facts,
       actor, on_behalf_of,
       metadata ->> 'channel'        AS channel,
       metadata -> 'roles'           AS roles,
       metadata ->> 'reason'         AS reason,
       metadata -> 'policies'        AS policies,
       command_id, correlation_id, causation_id, event_id
FROM events;
COMMENT ON VIEW readable_events IS 'The log as auditors read it, the facts of each event as JSON.';
GRANT SELECT ON readable_events TO recourse_writer, recourse_reader;

-- The last position recorded by a moment. Times never decrease with positions, which have no gaps,
-- so halving finds it, and no index has to be kept for it.
CREATE FUNCTION position_at(moment timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT AS $$
DECLARE
    low  bigint := 0;
    high bigint := coalesce((SELECT max(position) FROM events), 0);
    half bigint;
BEGIN
    WHILE low < high LOOP
        half := (low + high + 1) / 2;
        IF (SELECT recorded_at FROM events WHERE position = half) <= moment THEN
            low := half;
        ELSE
            high := half - 1;
        END IF;
    END LOOP;
    RETURN low;
END $$;
