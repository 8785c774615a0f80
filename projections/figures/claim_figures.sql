-- Timeliness, completeness, success and payout of claims by the month of first submission (CLM-10).
WITH submitted AS (
    SELECT date_trunc('month', submitted_on)::date AS month,
           manufacturer_id, station_id, currency, claimed, credited, late,
           coalesce(closed_from, status) AS standing,
           NOT found_incomplete AS complete
    FROM {claims} c
    WHERE submitted_on IS NOT NULL
      AND ({manufacturer_id} IS NULL OR manufacturer_id = {manufacturer_id})
      AND ({station_id} IS NULL OR station_id = {station_id})
      AND ({currency} IS NULL OR currency = {currency})
), counted AS (
    SELECT month, manufacturer_id, station_id, currency,
           count(*) AS submitted,
           count(*) FILTER (WHERE NOT late) AS in_time,
           count(*) FILTER (WHERE complete) AS complete,
           -- submitted, yet not claimable: it was rejected, and given up when judged anew
           count(*) FILTER (
               WHERE standing IN ('accepted', 'rejected', 'abandoned', 'not_claimable')
           ) AS answered,
           count(*) FILTER (WHERE standing = 'accepted') AS accepted,
           count(*) FILTER (WHERE standing = 'withdrawn') AS withdrawn,
           sum(claimed) AS claimed,
           sum(credited) AS credited
    FROM submitted
    GROUP BY month, manufacturer_id, station_id, currency
)
SELECT month, manufacturer_id, station_id, currency,
       submitted, in_time, complete, answered, accepted, withdrawn, claimed, credited,
       round(in_time::numeric / submitted, 4) AS timeliness,
       round(complete::numeric / submitted, 4) AS completeness,
       round(accepted::numeric / nullif(answered + withdrawn, 0), 4) AS success,
       round(credited / nullif(claimed, 0), 4) AS payout
FROM counted
WHERE ({month_since} IS NULL OR month >= {month_since})
  AND ({month_before} IS NULL OR month < {month_before})
ORDER BY month, manufacturer_id, station_id, currency
