-- People who may sign in to the console. A password is kept as its Argon2id hash only.
create table users (
    name            text        primary key check (name = lower(name) and length(name) between 1 and 64),
    password_hash   text        not null,
    role            text        not null
        check (role in ('VIEWER', 'ENGINEER', 'BILLING', 'CUSTOMER_ADMIN', 'NETWORK_ADMIN')),
    customer        text,
    password_set_at timestamptz not null,
    version         bigint      not null default 0,
    constraint customer_unless_of_the_network check ((role = 'NETWORK_ADMIN') = (customer is null))
);
