-- How things went through their activities, as the log has it up to a position: each case in the
-- order in which its events took effect, by their right times where those were corrected.
WITH meant AS (
    SELECT * FROM unnest(%(types)s::text[], %(facts)s::jsonb[], %(activities)s::text[])
                  AS m (event_type, facts, activity)
), corrected AS (
    SELECT DISTINCT ON (event_id) event_id, at
    FROM (
        SELECT c.position, (told.facts ->> 'event_id')::uuid AS event_id,
               (told.facts ->> 'effective_at')::timestamptz AS at
        FROM events c CROSS JOIN LATERAL (SELECT as_json(c.payload)) AS told (facts)
        WHERE c.event_type = %(correction)s AND c.position <= %(position)s
    ) AS correction
    ORDER BY event_id, position DESC
), step AS MATERIALIZED (
    SELECT e.stream_id, m.activity, coalesce(c.at, e.effective_at) AS at, e.position
    FROM events e
    JOIN meant m ON m.event_type = e.event_type
                AND (m.facts = '{}' OR convert_from(e.payload, 'UTF8')::jsonb @> m.facts)
    LEFT JOIN corrected c ON c.event_id = e.event_id
    WHERE e.event_type = ANY (%(types)s) AND e.position <= %(position)s
), went AS MATERIALIZED (
    SELECT stream_id, array_agg(activity ORDER BY at, position) AS way,
           extract(epoch FROM max(at) - min(at))::double precision AS seconds
    FROM step GROUP BY stream_id
), variant AS (
    SELECT way, count(*) AS times FROM went GROUP BY way
), following AS (
    SELECT activity, lead(activity) OVER (PARTITION BY stream_id ORDER BY at, position) AS next
    FROM step
), succession AS (
    SELECT activity, next, count(*) AS times FROM following
    WHERE next IS NOT NULL GROUP BY activity, next
), again AS (
    SELECT activity FROM step GROUP BY stream_id, activity HAVING count(*) > 1
)
SELECT
    (SELECT count(*) FROM went) AS cases,
    (SELECT count(*) FROM step) AS events,
    (SELECT json_agg(f) FROM (
        SELECT activity, count(*) FROM step GROUP BY 1 ORDER BY 2 DESC, 1
    ) AS f) AS activities,
    (SELECT json_agg(f) FROM (
        SELECT way[1] AS activity, count(*) FROM went GROUP BY 1 ORDER BY 2 DESC, 1
    ) AS f) AS start,
    (SELECT json_agg(f) FROM (
        SELECT way[cardinality(way)] AS activity, count(*) FROM went GROUP BY 1 ORDER BY 2 DESC, 1
    ) AS f) AS "end",
    (SELECT count(*) FROM variant) AS n_variants,
    (SELECT json_agg(f) FROM (
        SELECT way, times FROM variant ORDER BY times DESC, way LIMIT %(variants)s
    ) AS f) AS top_variants,
    (SELECT json_agg(f) FROM (
        SELECT activity, count(*) FROM again GROUP BY 1 ORDER BY 2 DESC, 1
    ) AS f) AS rework_cases,
    (SELECT json_agg(f) FROM (
        SELECT activity, next, times FROM succession
        ORDER BY times DESC, activity, next LIMIT %(successions)s
    ) AS f) AS dfg_top,
    (SELECT json_build_object(
        'min', min(seconds), 'median', (array_agg(seconds ORDER BY seconds))[count(*) / 2 + 1],
        'mean', avg(seconds), 'max', max(seconds)
    ) FROM went) AS throughput_seconds
