-- A role of PostgreSQL for `pressrun work`: all that workers need, and no more. With it nobody makes or changes an API key, a
-- person, a session or a link that signs in, changes the schema, or touches a line of the audit log.
-- Run it in Pressrun's database as the role that owns the tables, after `pressrun migrate`, and again after every upgrade:
--   psql "$PRESSRUN_DATABASE_URL" -f worker-role.sql
-- Then give it a way in (ALTER ROLE pressrun_worker PASSWORD '…') and start workers with it:
--   pressrun work --database-url postgresql://pressrun_worker:…@db/pressrun

DO $$
BEGIN
    CREATE ROLE pressrun_worker LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
EXCEPTION WHEN duplicate_object THEN
    NULL;
END
$$;

GRANT USAGE ON SCHEMA public TO pressrun_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO pressrun_worker;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO pressrun_worker;

REVOKE INSERT, UPDATE ON keys, people, sessions, sign_in_links FROM pressrun_worker;
REVOKE UPDATE, DELETE ON audit_log FROM pressrun_worker;
REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM pressrun_worker;
