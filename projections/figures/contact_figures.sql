-- Contacts by category, each week and each month in which they came in (CON-4, CON-6).
SELECT period,
       first_day,
       station_id,
       category,
       count(*) AS contacts,
       count(*) FILTER (WHERE missed) AS missed,
       count(*) FILTER (WHERE returned_in_time) AS returned_in_time,
       count(contacted_at) AS contacted,
       count(*) FILTER (WHERE contacted_in_time) AS contacted_in_time,
       count(answered_at) AS answered,
       count(*) FILTER (WHERE answered_in_time) AS answered_in_time,
       count(referred_at) AS referred,
       count(*) FILTER (WHERE referred_in_time) AS referred_in_time,
       sum(opportunity_count)::bigint AS opportunities
FROM {contacts} AS c
CROSS JOIN LATERAL (VALUES ('week', week), ('month', month)) AS span (period, first_day)
WHERE ({period} IS NULL OR period = {period})
  AND ({since} IS NULL OR first_day >= {since})
  AND ({before} IS NULL OR first_day < {before})
  AND ({station_id} IS NULL OR station_id = {station_id})
GROUP BY period, first_day, station_id, category
ORDER BY period, first_day, station_id, category
