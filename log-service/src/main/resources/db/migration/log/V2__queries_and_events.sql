-- DNS queries by minute and, written by the same transaction, by hour.
CREATE TABLE query_minute (
    time        timestamptz NOT NULL,
    customer    text        NOT NULL,
    domain      text        NOT NULL,
    node        text        NOT NULL, -- the name server
    type        text        NOT NULL,
    rcode       text        NOT NULL,
    queries     bigint      NOT NULL, -- what the records stand for
    records     bigint      NOT NULL, -- the records themselves: fewer where a name server samples
    with_subnet bigint      NOT NULL, -- queries that carried a client subnet
    over_tcp    bigint      NOT NULL, -- queries that came by another way than UDP
    micros      bigint      NOT NULL, -- sum over the records
    micros_max  bigint      NOT NULL,
    PRIMARY KEY (customer, time, domain, node, type, rcode)
) PARTITION BY RANGE (time);

CREATE TABLE query_hour (LIKE query_minute INCLUDING ALL) PARTITION BY RANGE (time);

-- What nodes reported. Of each customer's hour and kind popnet.log.events-per-hour are kept; event_hour counts all.
CREATE TABLE event (
    time     timestamptz NOT NULL,
    id       bigint      GENERATED ALWAYS AS IDENTITY,
    customer text        NOT NULL,
    node     text        NOT NULL,
    kind     text        NOT NULL,
    subject  text        NOT NULL,
    reason   text        NOT NULL,
    detail   text,
    micros   bigint      NOT NULL,
    PRIMARY KEY (customer, time, id)
) PARTITION BY RANGE (time);

CREATE TABLE event_hour (
    time     timestamptz NOT NULL,
    customer text        NOT NULL,
    kind     text        NOT NULL,
    events   bigint      NOT NULL,
    PRIMARY KEY (customer, time, kind)
) PARTITION BY RANGE (time);

-- Files are found by the order of their names, which is the order of their hours.
CREATE INDEX raw_file_order ON raw_file (server, path COLLATE "C");

-- Makes the partitions that hold a moment, of every table that is partitioned by time.
CREATE OR REPLACE FUNCTION ensure_month(moment timestamptz) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    first  timestamp := date_trunc('month', moment AT TIME ZONE 'UTC');
    parent text;
    child  text;
BEGIN
    FOR parent IN SELECT c.relname FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
                  WHERE c.relnamespace = 'log'::regnamespace ORDER BY c.relname LOOP
        child := parent || to_char(first, '_YYYY_MM');
        IF to_regclass('log.' || child) IS NULL THEN
            PERFORM pg_advisory_xact_lock(hashtext('log.ensure_month'));
            EXECUTE format('CREATE TABLE IF NOT EXISTS log.%I PARTITION OF log.%I FOR VALUES FROM (%L) TO (%L)',
                           child, parent, first AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC');
        END IF;
    END LOOP;
END $$;

DO $$ BEGIN PERFORM ensure_month(now() + make_interval(months => m)) FROM generate_series(-1, 2) AS m; END $$;
