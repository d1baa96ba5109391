-- Records lie under a tenant's name, which may be no tenant of memories. Reads of one tenant's records run as umi_reader,
-- too, and see what lies under the name that the transaction has entered (`records_enter`); a read of memories enters
-- none. The installation's own lie under the empty name, so a name is entered behind a mark.

CREATE FUNCTION entered_name() RETURNS text LANGUAGE sql STABLE
AS $$ SELECT substr(nullif(current_setting('umi.records', true), ''), 2) $$;

GRANT SELECT ON record TO umi_reader;
CREATE POLICY entered ON record FOR SELECT TO umi_reader USING (tenant = (SELECT entered_name()));
