-- What was claimed from one manufacturer in one currency, and what became of it; what its notes
-- credit, and how they are spent; and how old what is open is (CRN-7, CRN-9). The views claims
-- and credit_notes stand for their rows at one position that the reader may see.
WITH submitted AS (
    SELECT *
    FROM {claims} AS c
    WHERE manufacturer_id = {manufacturer_id}
      AND currency = {currency}
      AND submitted_on < {before}
),
issued AS (
    SELECT *
    FROM {credit_notes} AS n
    WHERE manufacturer_id = {manufacturer_id}
      AND currency = {currency}
      AND issued_on >= {since}
      AND issued_on < {before}
),
still_open AS (
    SELECT open, coalesce({aged_on}, {before} - 1) - submitted_on AS days
    FROM submitted
    WHERE open > 0
)
SELECT (
    SELECT jsonb_build_object(
           'submitted', jsonb_build_object(
               'amount', coalesce(sum(claimed), 0)::text,
               'count', count(*)),
           'credited', jsonb_build_object(
               'amount', coalesce(sum(credited), 0)::text,
               'count', count(*) FILTER (WHERE credited > 0)),
           'open', jsonb_build_object(
               'amount', coalesce(sum(open), 0)::text,
               'count', count(*) FILTER (WHERE open > 0)),
           'disputed', jsonb_build_object(
               'amount', coalesce(sum(disputed), 0)::text,
               'count', count(*) FILTER (WHERE disputed > 0)),
           'refused', jsonb_build_object(
               'amount', coalesce(sum(refused), 0)::text,
               'count', count(*) FILTER (WHERE refused > 0)),
           'written_off', jsonb_build_object(
               'amount', coalesce(sum(written_off), 0)::text,
               'count', count(*) FILTER (WHERE written_off > 0)),
           'abandoned', jsonb_build_object(
               'amount', coalesce(sum(abandoned), 0)::text,
               'count', count(*) FILTER (WHERE abandoned > 0)),
           'withdrawn', jsonb_build_object(
               'amount', coalesce(sum(withdrawn), 0)::text,
               'count', count(*) FILTER (WHERE withdrawn > 0)),
           'undecided', jsonb_build_object(
               'amount', coalesce(sum(unanswered), 0)::text,
               'count', count(*) FILTER (WHERE unanswered > 0)),
           'overpaid', jsonb_build_object(
               'amount', coalesce(sum(overpaid), 0)::text,
               'count', count(*) FILTER (WHERE overpaid > 0)))
    FROM submitted
    WHERE submitted_on >= {since}
) AS claims, (
    SELECT jsonb_build_object(
           'payable', jsonb_build_object(
               'amount', coalesce(sum(payable), 0)::text,
               'count', count(*)),
           'applied', jsonb_build_object(
               'amount', coalesce(sum(applied), 0)::text,
               'count', count(*) FILTER (WHERE applied <> 0)),
           'kept', jsonb_build_object(
               'amount', coalesce(sum(kept), 0)::text,
               'count', count(*) FILTER (WHERE kept <> 0)),
           'disputed', jsonb_build_object(
               'amount', coalesce(sum(disputed), 0)::text,
               'count', count(*) FILTER (WHERE disputed <> 0)),
           'written_off', jsonb_build_object(
               'amount', coalesce(sum(written_off), 0)::text,
               'count', count(*) FILTER (WHERE written_off <> 0)),
           'carried_over', jsonb_build_object(
               'amount', coalesce(sum(carried_over), 0)::text,
               'count', count(*) FILTER (WHERE carried_over <> 0)),
           'unapplied', jsonb_build_object(
               'amount', coalesce(sum(unapplied), 0)::text,
               'count', count(*) FILTER (WHERE unapplied <> 0)))
    FROM issued
) AS notes, (
    SELECT jsonb_build_object(
           'to_30', jsonb_build_object(
               'amount', coalesce(sum(open) FILTER (WHERE days <= 30), 0)::text,
               'count', count(*) FILTER (WHERE days <= 30)),
           'to_60', jsonb_build_object(
               'amount', coalesce(sum(open) FILTER (WHERE days BETWEEN 31 AND 60), 0)::text,
               'count', count(*) FILTER (WHERE days BETWEEN 31 AND 60)),
           'to_90', jsonb_build_object(
               'amount', coalesce(sum(open) FILTER (WHERE days BETWEEN 61 AND 90), 0)::text,
               'count', count(*) FILTER (WHERE days BETWEEN 61 AND 90)),
           'over_90', jsonb_build_object(
               'amount', coalesce(sum(open) FILTER (WHERE days > 90), 0)::text,
               'count', count(*) FILTER (WHERE days > 90)))
    FROM still_open
    WHERE days >= 0
) AS aged
