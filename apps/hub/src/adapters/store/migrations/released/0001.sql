-- The schema of release 0.1 with some rows in it, as pg_dump wrote it: what every later version has to migrate.
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE FUNCTION public.audit_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      raise exception 'the audit log is append only' using errcode = 'insufficient_privilege';
    end
  $$;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.accounts (
    channel text NOT NULL,
    external_id text NOT NULL,
    person_id uuid NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT accounts_channel CHECK ((channel = ANY (ARRAY['telegram'::text, 'local'::text]))),
    CONSTRAINT accounts_external_id CHECK ((external_id <> ''::text))
);

CREATE TABLE public.audit (
    id bigint NOT NULL,
    at bigint NOT NULL,
    person_id uuid,
    "from" text NOT NULL,
    what text NOT NULL,
    "on" text,
    result text NOT NULL,
    detail json NOT NULL,
    CONSTRAINT audit_result CHECK ((result = ANY (ARRAY['done'::text, 'failed'::text, 'refused'::text, 'expired'::text, 'unknown'::text]))),
    CONSTRAINT audit_what CHECK ((what <> ''::text))
);

ALTER TABLE public.audit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.buttons (
    token text NOT NULL,
    chat_id text NOT NULL,
    person_id uuid,
    server_id text,
    action json NOT NULL,
    expires bigint NOT NULL,
    once boolean NOT NULL,
    spent_at bigint,
    CONSTRAINT buttons_token CHECK ((token <> ''::text))
);

CREATE TABLE public.choices (
    person_id uuid NOT NULL,
    chat_id text NOT NULL,
    server_id text NOT NULL
);

CREATE TABLE public.inbox (
    id bigint NOT NULL,
    digest text NOT NULL,
    body json,
    taken_at bigint NOT NULL,
    handled_at bigint,
    CONSTRAINT inbox_body_until_handled CHECK (((handled_at IS NOT NULL) OR (body IS NOT NULL)))
);

CREATE TABLE public.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);

CREATE TABLE public.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.memberships (
    server_id text NOT NULL,
    person_id uuid NOT NULL,
    role text NOT NULL,
    number integer NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT memberships_number CHECK ((number > 0)),
    CONSTRAINT memberships_role CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'admin'::text, 'owner'::text])))
);

CREATE TABLE public.persons (
    id uuid NOT NULL,
    name text NOT NULL,
    language text,
    admin boolean DEFAULT false NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT persons_name CHECK ((name <> ''::text))
);

CREATE TABLE public.servers (
    id text NOT NULL,
    name text NOT NULL,
    region text NOT NULL,
    public_key bytea NOT NULL,
    last_seen bigint,
    facts json,
    created_at bigint NOT NULL,
    CONSTRAINT servers_id CHECK ((id ~ '^[0-9a-f]{32}$'::text)),
    CONSTRAINT servers_name CHECK ((name <> ''::text)),
    CONSTRAINT servers_public_key CHECK ((octet_length(public_key) = 32))
)
WITH (fillfactor='70');

CREATE TABLE public.sessions (
    hash bytea NOT NULL,
    channel text NOT NULL,
    external_id text NOT NULL,
    expires bigint NOT NULL,
    CONSTRAINT sessions_channel CHECK ((channel = ANY (ARRAY['telegram'::text, 'local'::text]))),
    CONSTRAINT sessions_hash CHECK ((octet_length(hash) = 32))
);

CREATE TABLE public.settings (
    key text NOT NULL,
    value text NOT NULL,
    CONSTRAINT settings_key CHECK ((key <> ''::text))
);

CREATE TABLE public.tickets (
    hash bytea NOT NULL,
    kind text NOT NULL,
    issuer uuid,
    data json NOT NULL,
    expires bigint NOT NULL,
    spent_at bigint,
    CONSTRAINT tickets_hash CHECK ((octet_length(hash) = 32)),
    CONSTRAINT tickets_kind CHECK ((kind = ANY (ARRAY['setup'::text, 'login'::text, 'enrol'::text, 'invite'::text])))
);

CREATE TABLE public.waiting_agents (
    code text NOT NULL,
    public_key bytea NOT NULL,
    facts json NOT NULL,
    expires bigint NOT NULL,
    CONSTRAINT waiting_agents_code CHECK ((code <> ''::text)),
    CONSTRAINT waiting_agents_public_key CHECK ((octet_length(public_key) = 32))
);

INSERT INTO public.accounts VALUES ('local', 'owner', '0a4f5f3e-6f0c-4a53-9d52-1f7e6f1f0a01', 1767225600000);
INSERT INTO public.accounts VALUES ('telegram', '1001', '0a4f5f3e-6f0c-4a53-9d52-1f7e6f1f0a01', 1767225600000);
INSERT INTO public.accounts VALUES ('telegram', '1002', '0a4f5f3e-6f0c-4a53-9d52-1f7e6f1f0a02', 1767225600000);

INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (1, 1767225600000, '0a4f5f3e-6f0c-4a53-9d52-1f7e6f1f0a01', 'telegram:1001', 'server.add', 'abababababababababababababababab', 'done', '{"how":"token"}');

INSERT INTO public.buttons VALUES ('token-once', 'telegram:1001', '0a4f5f3e-6f0c-4a53-9d52-1f7e6f1f0a01', 'abababababababababababababababab', '{"kind":"do","what":"server.remove","values":{"serverId":"abababababababababababababababab","name":"web"}}', 1767225600000, true, 1767225600000);
INSERT INTO public.buttons VALUES ('token-reading', 'telegram:1001', NULL, 'abababababababababababababababab', '{"kind":"ask","command":"memory","ask":{},"serverId":"abababababababababababababababab"}', 1767225600000, false, NULL);

INSERT INTO public.choices VALUES ('0a4f5f3e-6f0c-4a53-9d52-1f7e6f1f0a01', 'telegram:1001', 'abababababababababababababababab');

INSERT INTO public.inbox VALUES (7, 'digest-7', NULL, 1767225600000, 1767225600000);
INSERT INTO public.inbox VALUES (8, 'digest-8', '{"update_id":8,"message":{"message_id":1,"date":1767225600,"text":"/memory","chat":{"id":1001,"type":"private"},"from":{"id":1001,"is_bot":false,"first_name":"Ann"}}}', 1767225600000, NULL);

INSERT INTO public.kysely_migration VALUES ('0001-foundation', '2026-11-23T13:40:15.897Z');

INSERT INTO public.kysely_migration_lock VALUES ('migration_lock', 0);

INSERT INTO public.memberships VALUES ('abababababababababababababababab', '0a4f5f3e-6f0c-4a53-9d52-1f7e6f1f0a01', 'owner', 1, 1767225600000);
INSERT INTO public.memberships VALUES ('cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd', '0a4f5f3e-6f0c-4a53-9d52-1f7e6f1f0a01', 'owner', 2, 1767225600000);
INSERT INTO public.memberships VALUES ('abababababababababababababababab', '0a4f5f3e-6f0c-4a53-9d52-1f7e6f1f0a02', 'viewer', 1, 1767225600000);

INSERT INTO public.persons VALUES ('0a4f5f3e-6f0c-4a53-9d52-1f7e6f1f0a01', 'Ann', 'ru', true, 1767225600000);
INSERT INTO public.persons VALUES ('0a4f5f3e-6f0c-4a53-9d52-1f7e6f1f0a02', 'Bob', NULL, false, 1767225600000);

INSERT INTO public.servers VALUES ('abababababababababababababababab', 'web', 'eu', '\x0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a', 1767225600000, '{"version":"0.1.0","runtime":"node 24","os":"Debian 12","arch":"x64","hostname":"web","bootId":"boot","allow":[],"commands":["memory"]}', 1767225600000);
INSERT INTO public.servers VALUES ('cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd', 'db', '', '\x0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b', NULL, NULL, 1767225600000);

INSERT INTO public.sessions VALUES ('\x0303030303030303030303030303030303030303030303030303030303030303', 'local', 'owner', 1767225600000);

INSERT INTO public.settings VALUES ('hub.key', 'a-seed');

INSERT INTO public.tickets VALUES ('\x0101010101010101010101010101010101010101010101010101010101010101', 'invite', '0a4f5f3e-6f0c-4a53-9d52-1f7e6f1f0a01', '{"role":"viewer","serverId":"abababababababababababababababab"}', 1767225600000, NULL);
INSERT INTO public.tickets VALUES ('\x0202020202020202020202020202020202020202020202020202020202020202', 'setup', NULL, '{}', 1767225600000, 1767225600000);

INSERT INTO public.waiting_agents VALUES ('ABCD1234', '\x0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c', '{"version":"0.1.0"}', 1767225600000);

SELECT pg_catalog.setval('public.audit_id_seq', 1, true);

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (channel, external_id);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.buttons
    ADD CONSTRAINT buttons_pkey PRIMARY KEY (token);

ALTER TABLE ONLY public.choices
    ADD CONSTRAINT choices_pkey PRIMARY KEY (person_id, chat_id);

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (id, digest);

ALTER TABLE ONLY public.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_number_once UNIQUE (person_id, number);

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (server_id, person_id);

ALTER TABLE ONLY public.persons
    ADD CONSTRAINT persons_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.servers
    ADD CONSTRAINT servers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.waiting_agents
    ADD CONSTRAINT waiting_agents_pkey PRIMARY KEY (code);

CREATE INDEX accounts_of_person ON public.accounts USING btree (person_id);

CREATE INDEX audit_of_target ON public.audit USING btree ("on", id);

CREATE INDEX buttons_by_expiry ON public.buttons USING btree (expires);

CREATE INDEX buttons_of_server ON public.buttons USING btree (server_id) WHERE (server_id IS NOT NULL);

CREATE INDEX choices_of_membership ON public.choices USING btree (server_id, person_id);

CREATE INDEX inbox_handled ON public.inbox USING btree (handled_at) WHERE (handled_at IS NOT NULL);

CREATE INDEX inbox_unfinished ON public.inbox USING btree (taken_at, id) WHERE (handled_at IS NULL);

CREATE INDEX persons_admins ON public.persons USING btree (created_at) WHERE admin;

CREATE INDEX sessions_by_expiry ON public.sessions USING btree (expires);

CREATE INDEX tickets_by_expiry ON public.tickets USING btree (expires);

CREATE INDEX tickets_unspent ON public.tickets USING btree (kind, issuer) WHERE (spent_at IS NULL);

CREATE INDEX waiting_agents_by_expiry ON public.waiting_agents USING btree (expires);

CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION public.audit_is_append_only();

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_person FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.buttons
    ADD CONSTRAINT buttons_person FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.buttons
    ADD CONSTRAINT buttons_server FOREIGN KEY (server_id) REFERENCES public.servers(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.choices
    ADD CONSTRAINT choices_membership FOREIGN KEY (server_id, person_id) REFERENCES public.memberships(server_id, person_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_person FOREIGN KEY (person_id) REFERENCES public.persons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_server FOREIGN KEY (server_id) REFERENCES public.servers(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_issuer FOREIGN KEY (issuer) REFERENCES public.persons(id) ON DELETE CASCADE;
