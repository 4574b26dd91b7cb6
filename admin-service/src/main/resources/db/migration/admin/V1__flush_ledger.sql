-- Every flush has a number per site, from 1, without gaps; the row of site_watermark is locked to hand one out.
create table site_watermark (
    site   varchar(253) primary key,
    number bigint       not null check (number > 0)
);

create table flush (
    site          varchar(253)  not null,
    number        bigint        not null check (number > 0),
    kind          varchar(8)    not null,
    value         varchar(2048) not null,
    requested_by  varchar(200)  not null,
    requested_via varchar(200)  not null,
    requested_at  timestamptz   not null,
    primary key (site, number)
);

create table flush_receipt (
    site    varchar(253) not null,
    number  bigint       not null,
    node    varchar(127) not null,
    service varchar(16)  not null,
    state   varchar(8)   not null check (state in ('PENDING', 'DONE', 'FAILED')),
    objects bigint       not null,
    took_ms bigint       not null,
    detail  varchar(500) not null,
    primary key (site, number, node),
    foreign key (site, number) references flush (site, number)
);

create index flush_receipt_unfinished on flush_receipt (node, site, number) where state <> 'DONE';
