-- Tells this server that rows of a table have changed, so that subscribers of db://{database}/{schema}/{table}, of its
-- /sample and, where the trigger names a key, of its /record/{key} are notified.
CREATE OR REPLACE FUNCTION mcp_row_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed jsonb := jsonb_build_object('schema', tg_table_schema, 'table', tg_table_name, 'key', NULL);
    keyed jsonb;
BEGIN
    IF tg_level = 'ROW' AND tg_nargs > 0 THEN
        keyed := changed || jsonb_build_object('key', to_jsonb(coalesce(NEW, OLD)) ->> tg_argv[0]);
    END IF;
    IF octet_length(keyed::text) < 8000 THEN  -- a longer notification would fail the change
        changed := keyed;
    END IF;
    PERFORM pg_notify('mcp_record', changed::text);
    RETURN NULL;
END
$$;
-- A table whose rows are subscribed to one by one; its primary key is one column, which the trigger names:
-- CREATE TRIGGER mcp_row_changed AFTER INSERT OR UPDATE OR DELETE ON sales.orders
--     FOR EACH ROW EXECUTE FUNCTION mcp_row_changed('order_id');
-- A table that is subscribed to as a whole; one notification for each statement, however many rows it changes:
-- CREATE TRIGGER mcp_table_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON sales.orders
--     FOR EACH STATEMENT EXECUTE FUNCTION mcp_row_changed();
