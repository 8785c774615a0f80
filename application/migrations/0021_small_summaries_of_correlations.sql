-- An event may go where a page that was filled long ago has room for it, and then the summary of that
-- page's range is written anew. Summaries of 128 pages had more than 4 kB, and to compress each of them
-- again took a small event as long as all the rest. These are of 16 pages, and so small (360 bytes)
-- that they are not compressed. Whoever looks for a correlation reads as much as before.

DROP INDEX events_by_correlation;
CREATE INDEX events_by_correlation ON events
    USING brin (correlation_id uuid_bloom_ops (n_distinct_per_range = 300))
    WITH (pages_per_range = 16);
