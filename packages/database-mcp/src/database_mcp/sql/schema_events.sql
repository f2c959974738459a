-- Tells this server at once that the schema has changed (else it looks every 30 s). Needs a superuser.
CREATE OR REPLACE FUNCTION mcp_schema_changed() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('mcp_schema', tg_tag);
END
$$;
DROP EVENT TRIGGER IF EXISTS mcp_schema_changed;
CREATE EVENT TRIGGER mcp_schema_changed ON ddl_command_end EXECUTE FUNCTION mcp_schema_changed();
DROP EVENT TRIGGER IF EXISTS mcp_schema_dropped;
CREATE EVENT TRIGGER mcp_schema_dropped ON sql_drop EXECUTE FUNCTION mcp_schema_changed();
