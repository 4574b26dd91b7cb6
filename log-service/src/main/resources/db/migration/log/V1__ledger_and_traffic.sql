-- Schema of the log servers. Several of them may share it: whoever counts a batch holds its sender's row.

-- What has arrived of each spool. "received" are the batch numbers that are counted: exactly-once stands on it.
CREATE TABLE sender (
    node          text           NOT NULL,
    spool         bigint         NOT NULL,
    customer      text           NOT NULL,
    received      int8multirange NOT NULL DEFAULT '{}',
    newest_batch  bigint         NOT NULL DEFAULT 0, -- the highest number that the sender said it had cut
    records       bigint         NOT NULL DEFAULT 0,
    bytes_out     bigint         NOT NULL DEFAULT 0,
    rejected      bigint         NOT NULL DEFAULT 0, -- batches that could not be read; they count as received
    complete_at   timestamptz,                       -- when everything that the sender had cut was last here
    first_record  timestamptz,                       -- the earliest time that a record was accounted at
    first_seen    timestamptz    NOT NULL,
    last_received timestamptz    NOT NULL,
    PRIMARY KEY (node, spool)
);
CREATE INDEX sender_customer ON sender (customer);

-- The ledger as people ask for it: up to which batch none is missing, and which are.
CREATE VIEW sender_state AS
SELECT node, spool, customer, newest_batch, records, bytes_out, rejected, complete_at,
       least(first_seen, first_record) AS first_seen, last_received,
       coalesce((SELECT upper(r) - 1 FROM unnest(received) AS r WHERE lower(r) = 1), 0) AS complete_to,
       (int8multirange(int8range(1, newest_batch + 1)) - received)::text AS missing
FROM sender;

-- How much of each raw file is committed; what lies behind is cut off when the file is next opened.
CREATE TABLE raw_file (
    server  text        NOT NULL,
    path    text        NOT NULL,
    bytes   bigint      NOT NULL,
    changed timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (server, path)
);

-- Figures by minute and, written by the same transaction, by hour. Times are the beginnings of the intervals, UTC.
CREATE TABLE traffic_minute (
    time             timestamptz NOT NULL,
    customer         text        NOT NULL,
    domain           text        NOT NULL,
    pop              text        NOT NULL,
    requests         bigint      NOT NULL,
    bytes_out        bigint      NOT NULL,
    bytes_in         bigint      NOT NULL,
    hits             bigint      NOT NULL, -- HIT + STALE + REVALIDATED
    hit_bytes        bigint      NOT NULL,
    status_2xx       bigint      NOT NULL,
    status_3xx       bigint      NOT NULL,
    status_4xx       bigint      NOT NULL,
    status_5xx       bigint      NOT NULL,
    status_other     bigint      NOT NULL,
    cache_hit        bigint      NOT NULL,
    cache_stale      bigint      NOT NULL,
    cache_revalidated bigint     NOT NULL,
    cache_miss       bigint      NOT NULL,
    cache_pass       bigint      NOT NULL,
    cache_local      bigint      NOT NULL,
    first_byte       bigint[]    NOT NULL, -- requests per bucket of LatencyHistogram
    PRIMARY KEY (customer, time, domain, pop)
) PARTITION BY RANGE (time);

CREATE TABLE traffic_hour (LIKE traffic_minute INCLUDING ALL) PARTITION BY RANGE (time);

-- The most requested URLs of each hour: a domain's are cut to popnet.log.urls-per-hour whenever they exceed twice that.
CREATE TABLE url_hour (
    time      timestamptz NOT NULL,
    customer  text        NOT NULL,
    domain    text        NOT NULL,
    url       text        NOT NULL,
    requests  bigint      NOT NULL,
    bytes_out bigint      NOT NULL,
    PRIMARY KEY (customer, time, domain, url)
) PARTITION BY RANGE (time);

CREATE FUNCTION add_counts(a bigint[], b bigint[]) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT array_agg(coalesce(x, 0) + coalesce(y, 0) ORDER BY i)
            FROM unnest(a, b) WITH ORDINALITY AS t(x, y, i));

-- Makes the partitions that hold a moment, if they are not there.
CREATE FUNCTION ensure_month(moment timestamptz) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    first  timestamp := date_trunc('month', moment AT TIME ZONE 'UTC');
    parent text;
    child  text;
BEGIN
    FOREACH parent IN ARRAY ARRAY['traffic_minute', 'traffic_hour', 'url_hour'] LOOP
        child := parent || to_char(first, '_YYYY_MM');
        IF to_regclass('log.' || child) IS NULL THEN
            PERFORM pg_advisory_xact_lock(hashtext('log.ensure_month'));
            EXECUTE format('CREATE TABLE IF NOT EXISTS log.%I PARTITION OF log.%I FOR VALUES FROM (%L) TO (%L)',
                           child, parent, first AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC');
        END IF;
    END LOOP;
END $$;

DO $$ BEGIN PERFORM ensure_month(now() + make_interval(months => m)) FROM generate_series(-1, 2) AS m; END $$;
