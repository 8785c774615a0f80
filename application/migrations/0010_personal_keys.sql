-- The keys of personal data, one for each person it is about. They are no part of the log: an
-- erasure destroys the key, and what was sealed under it stays in the log, proven and unreadable.
-- Each key is itself encrypted under a master key, which no database ever holds.

CREATE TABLE personal_keys (
    subject    uuid        NOT NULL PRIMARY KEY,
    wrapped    bytea,                              -- null once it is destroyed
    created_at timestamptz NOT NULL DEFAULT now(),
    erased_at  timestamptz,
    CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
);
COMMENT ON TABLE personal_keys IS
    'Keys of personal data, encrypted. A row without its key is a person whose data was erased.';

-- The writer makes keys and reads them; it destroys them only by append(), beside the event that
-- puts the erasure on record. Nobody removes the row: what was erased cannot begin again.
GRANT SELECT, INSERT ON personal_keys TO recourse_writer;
GRANT SELECT (subject, created_at, erased_at) ON personal_keys TO recourse_reader;

CREATE FUNCTION shred_keys(subjects uuid[]) RETURNS void LANGUAGE sql
SET search_path FROM CURRENT AS $$
    INSERT INTO personal_keys (subject, erased_at)
    SELECT DISTINCT subject, now() FROM unnest(subjects) AS asked (subject)
    ON CONFLICT (subject) DO UPDATE
    SET wrapped = NULL, erased_at = coalesce(personal_keys.erased_at, excluded.erased_at);
$$;
COMMENT ON FUNCTION shred_keys IS 'Destroys the keys of these persons, for ever. Repeating it is harmless.';
REVOKE ALL ON FUNCTION shred_keys FROM PUBLIC;
