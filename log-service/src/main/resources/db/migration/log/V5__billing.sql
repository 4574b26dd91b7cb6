-- A month's use of a customer, closed: nothing of it changes any more. Months are UTC, by their first day.
CREATE TABLE statement (
    customer     text        NOT NULL,
    month        date        NOT NULL CHECK (month = date_trunc('month', month)::date),
    closed_at    timestamptz NOT NULL,
    data_up_to   timestamptz,          -- up to when everything had arrived when it was closed
    forced       boolean     NOT NULL, -- closed by the operator although records may have been missing
    requests     bigint      NOT NULL,
    bytes_out    bigint      NOT NULL,
    bytes_in     bigint      NOT NULL,
    p95_bytes    bigint      NOT NULL, -- bytes out in the five-minute interval that 5 % of the month's exceed
    PRIMARY KEY (customer, month)
);

-- Its parts by domain and POP, by domain (pop is empty), by POP (domain is empty), and all of it (both are empty).
CREATE TABLE statement_line (
    customer  text   NOT NULL,
    month     date   NOT NULL,
    domain    text   NOT NULL,
    pop       text   NOT NULL,
    requests  bigint NOT NULL,
    bytes_out bigint NOT NULL,
    bytes_in  bigint NOT NULL,
    p95_bytes bigint NOT NULL,
    PRIMARY KEY (customer, month, domain, pop)
);

-- What arrived of earlier months after they were closed, and is billed with this one.
CREATE TABLE statement_adjustment (
    customer  text   NOT NULL,
    month     date   NOT NULL,
    of_month  date   NOT NULL CHECK (of_month < month),
    domain    text   NOT NULL,
    pop       text   NOT NULL,
    requests  bigint NOT NULL CHECK (requests >= 0),
    bytes_out bigint NOT NULL CHECK (bytes_out >= 0),
    bytes_in  bigint NOT NULL CHECK (bytes_in >= 0),
    PRIMARY KEY (customer, month, of_month, domain, pop)
);

-- The parts of raw files that it was made of, in the snapshot that it was closed in: it can be made again from them.
CREATE TABLE statement_source (
    customer   text   NOT NULL,
    month      date   NOT NULL,
    server     text   NOT NULL,
    path       text   NOT NULL,
    from_bytes bigint NOT NULL,
    to_bytes   bigint NOT NULL CHECK (to_bytes > from_bytes),
    PRIMARY KEY (customer, month, server, path)
);

CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a closed statement does not change: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', HINT = 'What came late is billed with the next statement.';
END $$;

-- A statement's row is inserted last: from then on nothing is added to it either.
CREATE FUNCTION refuse_when_closed() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM log.statement s WHERE s.customer = NEW.customer AND s.month = NEW.month) THEN
        RAISE EXCEPTION 'a closed statement does not change: % on % refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', HINT = 'What came late is billed with the next statement.';
    END IF;
    RETURN NEW;
END $$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['statement', 'statement_line', 'statement_adjustment', 'statement_source'] LOOP
        EXECUTE format('CREATE TRIGGER unchanging BEFORE UPDATE OR DELETE ON log.%I FOR EACH ROW
                        EXECUTE FUNCTION log.refuse_change()', name);
        EXECUTE format('CREATE TRIGGER untruncated BEFORE TRUNCATE ON log.%I FOR EACH STATEMENT
                        EXECUTE FUNCTION log.refuse_change()', name);
        IF name <> 'statement' THEN
            EXECUTE format('CREATE TRIGGER closed BEFORE INSERT ON log.%I FOR EACH ROW
                            EXECUTE FUNCTION log.refuse_when_closed()', name);
        END IF;
    END LOOP;
END $$;
