-- What a spool had no room for since it was made, as its sender last said: a gap that no batch will fill.
ALTER TABLE sender
    ADD COLUMN lost      bigint NOT NULL DEFAULT 0, -- records
    ADD COLUMN lost_from timestamptz,               -- the times of the earliest and of the latest of them
    ADD COLUMN lost_to   timestamptz;

CREATE OR REPLACE VIEW sender_state AS
SELECT node, spool, customer, newest_batch, records, bytes_out, rejected, complete_at,
       least(first_seen, first_record) AS first_seen, last_received,
       coalesce((SELECT upper(r) - 1 FROM unnest(received) AS r WHERE lower(r) = 1), 0) AS complete_to,
       (int8multirange(int8range(1, newest_batch + 1)) - received)::text AS missing,
       lost, lost_from, lost_to
FROM sender;
