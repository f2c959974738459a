-- A role that can read everything in this database and change nothing. Run it as the database's owner.
-- CONNECTION LIMIT: at least the number of servers x (DATABASE_POOL_MAX + 1, for the listener).
-- Over TCP give it a password: ALTER ROLE mcp_ro PASSWORD '...';
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mcp_ro') THEN
        CREATE ROLE mcp_ro LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 50;
    END IF;
END
$$;
GRANT pg_read_all_data TO mcp_ro;
ALTER ROLE mcp_ro SET default_transaction_read_only = on;
ALTER ROLE mcp_ro SET statement_timeout = '30s';
ALTER ROLE mcp_ro SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE mcp_ro SET temp_file_limit = '1GB';
ALTER ROLE mcp_ro SET work_mem = '16MB';
-- Where only some schemas may be read, leave pg_read_all_data out and grant schema by schema instead:
-- GRANT USAGE ON SCHEMA sales TO mcp_ro;
-- GRANT SELECT ON ALL TABLES IN SCHEMA sales TO mcp_ro;
-- ALTER DEFAULT PRIVILEGES IN SCHEMA sales GRANT SELECT ON TABLES TO mcp_ro;
-- GRANT SELECT (id, name) ON sales.customers TO mcp_ro;  -- columns: the others are left out of every answer
