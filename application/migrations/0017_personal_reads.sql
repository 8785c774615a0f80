-- Who read whose personal data, and when (AUD-4). The record is made by the statement that reads the
-- keys, so that nothing is opened for anybody without it. It names people by their ids alone.

CREATE TABLE personal_reads (
    number         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    read_at        timestamptz NOT NULL DEFAULT now(),
    reader         uuid        NOT NULL,
    channel        text        NOT NULL,
    correlation_id text        NOT NULL,           -- of the request, as in logs and problems
    subjects       uuid[]      NOT NULL CHECK (cardinality(subjects) > 0)
);
COMMENT ON TABLE personal_reads IS 'Answers that held personal data: for whom, and about whom.';

CREATE INDEX personal_reads_by_reader ON personal_reads (reader, number);
CREATE INDEX personal_reads_by_subject ON personal_reads USING gin (subjects);

CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON personal_reads
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget();

GRANT SELECT, INSERT ON personal_reads TO recourse_writer;
GRANT SELECT ON personal_reads TO recourse_reader;
