"""Read tickets into the search many at a time: one statement for all of them.

Nothing is rewritten and nothing read anew: the same words come to stand in the
same rows. Triggers call ``tickets_read`` as before.
"""

from importlib import import_module

from django.db import migrations

before = import_module("tickets.migrations.0010_search")

# Stops before the row would be larger than Postgres lets it be.
ALL_WORDS = r"""
CREATE FUNCTION tickets_more_words(known tsvector, more tsvector) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF pg_column_size(known) > 500000 THEN
        RETURN known;
    END IF;
    RETURN known || more;
END $$;
CREATE AGGREGATE tickets_all_words(tsvector) (
    SFUNC = tickets_more_words, STYPE = tsvector, INITCOND = '', PARALLEL = SAFE
);
"""

# OFFSET 0: what is made of texts is made once, and not again where it is used.
WORDS = r"""
CREATE FUNCTION tickets_words(wanted bigint[])
RETURNS TABLE (ticket bigint, latest timestamptz, words tsvector, head tsvector)
LANGUAGE sql STABLE AS $$
    SELECT about.id, known.at,
        known.words || tickets_spans_of(known.at), named.words || tickets_spans_of(known.at)
    FROM tickets_ticket about
    CROSS JOIN LATERAL (
        SELECT concat_ws(' ', about.id, about.subject, c.name, o.name, own.value,
                string_agg(i.value, ' ')) AS names,
            array_agg('t:' || reverse(regexp_replace(i.value, '[^0-9]', '', 'g')))
                FILTER (WHERE i.kind = 'phone') AS phones
        FROM customers_customer c
        JOIN customers_identity own ON own.id = about.identity_id
        LEFT JOIN customers_organization o ON o.id = c.organization_id
        LEFT JOIN customers_identity i ON i.customer_id = c.id
        WHERE c.id = about.customer_id
        GROUP BY c.id, o.id, own.id
    ) AS who
    CROSS JOIN LATERAL (
        SELECT tickets_words_of(about.subject)
            || strip(to_tsvector('pg_catalog.simple', tickets_fold(who.names)))
            || array_to_tsvector(coalesce(who.phones, '{}')) AS words
        OFFSET 0
    ) AS named
    CROSS JOIN LATERAL (
        SELECT max(one.at) AS at,
            tickets_all_words(tickets_words_of(one.text) ORDER BY one.at DESC, one.id DESC) AS words
        FROM tickets_message one
        WHERE one.ticket_id = about.id AND one.undone_at IS NULL
    ) AS said
    CROSS JOIN LATERAL (
        SELECT greatest(about.created_at, said.at) AS at,
            named.words
                || tickets_words_of(about.desired_outcome || ' ' || about.impact_reason)
                || tickets_words_of(coalesce((
                    SELECT string_agg(answer ->> 'value', ' ')
                    FROM jsonb_array_elements(about.answers) AS answer
                ), ''))
                || said.words AS words
        OFFSET 0
    ) AS known
    WHERE about.id = ANY (wanted)
$$;
"""

# The row is locked before anything is read: of two who read the same ticket, the second reads
# what the first left. A ticket that waits and is being read by many at once is left to them:
# they may wait for this row.
READ = r"""
CREATE OR REPLACE FUNCTION tickets_read(ticket bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tickets_findable (ticket_id, at, words, head)
        SELECT id, created_at, '', '' FROM tickets_ticket WHERE id = ticket
        ON CONFLICT DO NOTHING;
    PERFORM 1 FROM tickets_findable WHERE ticket_id = ticket FOR UPDATE;
    DELETE FROM tickets_toread WHERE ticket_id = ANY (ARRAY(
        SELECT ticket_id FROM tickets_toread WHERE ticket_id = ticket FOR UPDATE SKIP LOCKED
    ));
    UPDATE tickets_findable SET at = read.latest, words = read.words, head = read.head
        FROM tickets_words(ARRAY[ticket]) AS read WHERE ticket_id = read.ticket;
END $$;
"""

# What the search knows already is locked first, then read. What it does not know needs no lock:
# somebody who says something there meanwhile waits for our row and then reads all of it.
WAITING = r"""
CREATE OR REPLACE FUNCTION tickets_read_waiting(most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    next bigint[];
    known bigint[];
BEGIN
    WITH gone AS (
        DELETE FROM tickets_toread WHERE ticket_id = ANY (ARRAY(
            SELECT ticket_id FROM tickets_toread ORDER BY ticket_id DESC LIMIT most
            FOR UPDATE SKIP LOCKED
        ))
        RETURNING ticket_id
    )
    SELECT coalesce(array_agg(ticket_id), '{}') INTO next FROM gone;
    known := ARRAY(
        SELECT ticket_id FROM tickets_findable WHERE ticket_id = ANY (next)
        ORDER BY ticket_id FOR UPDATE
    );
    IF cardinality(known) > 0 THEN
        UPDATE tickets_findable SET at = read.latest, words = read.words, head = read.head
            FROM tickets_words(known) AS read WHERE ticket_id = read.ticket;
    END IF;
    INSERT INTO tickets_findable (ticket_id, at, words, head)
        SELECT * FROM tickets_words(ARRAY(SELECT unnest(next) EXCEPT SELECT unnest(known)))
        ON CONFLICT DO NOTHING;
    RETURN cardinality(next);
END $$;
"""

NOTHING = (
    before.READ.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    + before.WAITING.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    + """
DROP FUNCTION tickets_words(bigint[]);
DROP AGGREGATE tickets_all_words(tsvector);
DROP FUNCTION tickets_more_words(tsvector, tsvector);
"""
)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0012_read_old_tickets")]

    operations = [migrations.RunSQL(ALL_WORDS + WORDS + READ + WAITING, NOTHING)]
