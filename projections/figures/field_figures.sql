-- First response, arrival, first-time fix, callback and report quality of field orders by the month
-- of the report (FLD-10). What is in time is told twice: by the times as corrected and approved,
-- and by those recorded (FLD-6).
WITH counted AS (
    SELECT date_trunc('month', reported_on)::date AS month,
           station_id,
           count(*) AS orders,
           count(contact_in_time) AS contacted,
           count(*) FILTER (WHERE contact_in_time) AS contacted_in_time,
           count(*) FILTER (WHERE contact_in_time_as_recorded) AS contacted_in_time_as_recorded,
           count(arrival_in_time) AS arrived,
           count(*) FILTER (WHERE arrival_in_time) AS arrived_in_time,
           count(*) FILTER (WHERE arrival_in_time_as_recorded) AS arrived_in_time_as_recorded,
           count(repaired_on_first_visit) AS visited,
           count(*) FILTER (WHERE repaired_on_first_visit) AS repaired_on_first_visit,
           count(closed_at) AS closed,
           count(called_back_at) AS called_back,
           count(reviewed_at) AS reviewed,
           count(*) FILTER (WHERE reviewed_at IS NOT NULL AND reports_returned = 0)
               AS accepted_at_once
    FROM {field_orders} AS o
    WHERE reported_on IS NOT NULL
      AND ({station_id} IS NULL OR station_id = {station_id})
    GROUP BY 1, station_id
)
SELECT *,
       round(contacted_in_time::numeric / nullif(contacted, 0), 4) AS first_response_rate,
       round(contacted_in_time_as_recorded::numeric / nullif(contacted, 0), 4)
           AS first_response_rate_as_recorded,
       round(arrived_in_time::numeric / nullif(arrived, 0), 4) AS arrival_rate,
       round(arrived_in_time_as_recorded::numeric / nullif(arrived, 0), 4)
           AS arrival_rate_as_recorded,
       round(repaired_on_first_visit::numeric / nullif(visited, 0), 4) AS first_time_fix_rate,
       round(called_back::numeric / nullif(closed, 0), 4) AS callback_rate,
       round(accepted_at_once::numeric / nullif(reviewed, 0), 4) AS report_quality
FROM counted
WHERE ({month_since} IS NULL OR month >= {month_since})
  AND ({month_before} IS NULL OR month < {month_before})
ORDER BY month, station_id
