-- Files: papers, photos, originals of credit notes. Kept outside events, which name them by the
-- SHA-256 of what they contain. Each is encrypted under a key of its own, which is itself encrypted:
-- under the personal key of whom the file is about, or under the master key.

CREATE TABLE files (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256     bytea       NOT NULL CHECK (octet_length(sha256) = 32),
    subject    uuid,                              -- whom it is about; null if about nobody
    size       bigint      NOT NULL CHECK (size >= 0),
    media_type text        NOT NULL,
    wrapped    bytea       NOT NULL,              -- its key, encrypted
    stored_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (sha256, subject)
);
COMMENT ON TABLE files IS
    'Files by what they contain. The same content is stored once for each person it is about.';

CREATE TABLE file_chunks (
    file_id bigint  NOT NULL REFERENCES files DEFERRABLE INITIALLY DEFERRED,
    number  integer NOT NULL,
    content bytea   NOT NULL,
    PRIMARY KEY (file_id, number)
);
ALTER TABLE file_chunks ALTER COLUMN content SET STORAGE EXTERNAL;  -- encrypted: does not compress
COMMENT ON TABLE file_chunks IS 'What the files contain, encrypted, in pieces.';

GRANT SELECT, INSERT ON files, file_chunks TO recourse_writer;
GRANT USAGE ON SEQUENCE files_id_seq TO recourse_writer;
GRANT SELECT (id, sha256, subject, size, media_type, stored_at) ON files TO recourse_reader;
