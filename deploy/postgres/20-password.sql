-- Run after role.sql at the first start of the compose file's PostgreSQL; the password comes from the environment.
\getenv password READER_PASSWORD
ALTER ROLE mcp_ro PASSWORD :'password';
