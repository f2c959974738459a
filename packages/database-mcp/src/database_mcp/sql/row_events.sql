-- Tells this server which row has changed, so that a subscribed db://{database}/{schema}/{table}/record/{key} is
-- notified. The table needs a primary key of one column; name it in the trigger.
CREATE OR REPLACE FUNCTION mcp_row_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed jsonb := to_jsonb(coalesce(NEW, OLD));
BEGIN
    PERFORM pg_notify('mcp_record', jsonb_build_object(
        'schema', tg_table_schema, 'table', tg_table_name, 'key', changed ->> tg_argv[0])::text);
    RETURN NULL;
END
$$;
-- CREATE TRIGGER mcp_row_changed AFTER INSERT OR UPDATE OR DELETE ON sales.orders
--     FOR EACH ROW EXECUTE FUNCTION mcp_row_changed('order_id');
