-- How far the reactions have followed the log, and what they were refused.

CREATE TABLE reaction_checkpoint (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint  NOT NULL
);
INSERT INTO reaction_checkpoint (position) VALUES (0);
COMMENT ON TABLE reaction_checkpoint IS 'The last event that every reaction has seen.';

CREATE TABLE reaction_refusals (
    event_id   uuid        NOT NULL,
    reaction   text        NOT NULL,
    position   bigint      NOT NULL,
    code       text        NOT NULL,               -- of the refusal; failed: a fault of ours
    rule       text        NOT NULL,
    message    text        NOT NULL,
    refused_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_id, reaction)
);
COMMENT ON TABLE reaction_refusals IS
    'Commands that an event called for and that were refused. Nothing waits for them.';

GRANT SELECT, UPDATE ON reaction_checkpoint TO recourse_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON reaction_refusals TO recourse_writer;
GRANT SELECT ON reaction_checkpoint, reaction_refusals TO recourse_reader;
