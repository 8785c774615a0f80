-- Who may do what, and where the tables live. The only migration that is run by the login itself,
-- which must be allowed to create roles and schemas; every later one runs as recourse_owner.
--
-- To apply the migrations by hand, in psql, to the schema `recourse`:
--
--     SET search_path TO recourse, pg_temp;
--     \i 0001_roles_and_schemas.sql
--     SET ROLE recourse_owner;
--     \i 0002_events.sql
--     ...
--
-- The first schema of the search path is the tenant's: no statement names it. Functions are made
-- with SET search_path FROM CURRENT, so that they find nothing but the tenant's own tables and
-- PostgreSQL's own functions, whatever else their callers put into their way.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['recourse_owner', 'recourse_writer', 'recourse_reader'] LOOP
        IF to_regrole(wanted) IS NULL THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;  -- another database of this server was migrated at the same moment
            END;
        END IF;
        IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO %I', wanted, current_user);
        END IF;
    END LOOP;
END $$;

DO $$
DECLARE
    log_schema   text := trim(split_part(current_setting('search_path'), ',', 1), ' "');
    views_schema text := log_schema || '_views';
BEGIN
    EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION recourse_owner', log_schema);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO recourse_writer, recourse_reader', log_schema);

    -- What the views' engine makes of the log, at run time; it can always be made again.
    EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION recourse_owner', views_schema);
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO recourse_writer', views_schema);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO recourse_reader', views_schema);
    EXECUTE format(
        'ALTER DEFAULT PRIVILEGES FOR ROLE recourse_writer IN SCHEMA %I '
        'GRANT SELECT ON TABLES TO recourse_reader', views_schema);
END $$;
