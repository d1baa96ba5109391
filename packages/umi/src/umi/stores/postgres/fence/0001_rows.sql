-- The second fence between tenants. Reads for one tenant run as umi_reader, which cannot log in, owns nothing, and sees
-- the rows of the tenant that the transaction has entered (`tenant_enter`); of no tenant, none. The owner sees all, by
-- a policy, as the fence holds for owners, too.

GRANT SELECT ON meta, tenant, partition, session, speaker, entity, label, fact, relation, access, erased, content, log,
    model, embedding, words, posting, total, job, task, watermark TO umi_reader;
GRANT EXECUTE ON FUNCTION terms_named(text[]) TO umi_reader;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['tenant', 'partition', 'session', 'speaker', 'entity', 'label', 'fact', 'relation',
        'access', 'erased', 'content', 'log', 'embedding', 'words', 'posting', 'task']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owned ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format(
            'CREATE POLICY entered ON %I FOR SELECT TO umi_reader USING (%I = (SELECT entered_tenant()))',
            name, CASE name WHEN 'tenant' THEN 'no' ELSE 'tenant' END);
    END LOOP;
END $$;
