-- What was claimed from one manufacturer in one currency, and what became of it; what its notes
-- credit, and how they are spent; and how old what is open is. {claims} and {credit_notes} are the
-- rows of these views at one position that the reader may see. Each figure is a name, an amount
-- and how many rows are behind it.
WITH submitted AS (
    SELECT *
    FROM {claims} AS c
    WHERE manufacturer_id = {manufacturer_id}
      AND currency = {currency}
      AND submitted_on < {before}
),
noted AS (
    SELECT *
    FROM {credit_notes} AS n
    WHERE manufacturer_id = {manufacturer_id}
      AND currency = {currency}
      AND issued_on >= {since}
      AND issued_on < {before}
)
SELECT 'claims' AS side, figure.name, sum(figure.amount),
       count(*) FILTER (WHERE figure.amount > 0 OR figure.name = 'submitted')
FROM submitted
CROSS JOIN LATERAL (
    VALUES ('submitted', claimed),
           ('credited', credited),
           ('open', open),
           ('disputed', disputed),
           ('refused', refused),
           ('written_off', written_off),
           ('abandoned', abandoned),
           ('withdrawn', withdrawn),
           ('undecided', unanswered),
           ('overpaid', overpaid)
) AS figure (name, amount)
WHERE submitted_on >= {since}
GROUP BY figure.name
UNION ALL
SELECT 'notes', figure.name, sum(figure.amount),
       count(*) FILTER (WHERE figure.amount <> 0 OR figure.name = 'payable')
FROM noted
CROSS JOIN LATERAL (
    VALUES ('payable', payable),
           ('applied', applied),
           ('kept', kept),
           ('disputed', disputed),
           ('written_off', written_off),
           ('carried_over', carried_over),
           ('unapplied', unapplied)
) AS figure (name, amount)
GROUP BY figure.name
UNION ALL
SELECT 'aged', age.name, sum(open), count(*)
FROM submitted
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN {aged_on} - submitted_on <= 30 THEN 'to_30'
        WHEN {aged_on} - submitted_on <= 60 THEN 'to_60'
        WHEN {aged_on} - submitted_on <= 90 THEN 'to_90'
        ELSE 'over_90'
    END AS name
) AS age
WHERE open > 0
GROUP BY age.name
