"""Let every ticket be found by its words, from now on at once, and the old ones as they are read.

Nothing that exists is rewritten: two new tables, functions, and triggers on the
tables whose words they read. The tickets that are already there are put down to
be read (``manage index_search``, or the worker does it by itself).
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

# One notation for a word: lower case, no accents, nothing but letters and digits. Ours instead
# of the extension “unaccent”, which a foreign Postgres may lack and which may change: what was
# indexed and what is asked must be folded alike for good.
FOLD = r"""
CREATE FUNCTION tickets_fold(raw text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    folded text := lower(raw);
BEGIN
    IF octet_length(folded) <> length(folded) THEN
        folded := lower(normalize(folded, NFKC));
        folded := translate(folded,
            'àáâãäåāăąçćĉċčďđèéêëēĕėęěĝğġģĥħìíîïĩīĭįıĵķĺļľŀłñńņňòóôõöøōŏőŕŗřśŝşšşţťŧùúûüũūŭůűųŵýÿŷźżžð',
            'aaaaaaaaacccccddeeeeeeeeegggghhiiiiiiiiijklllllnnnnooooooooorrrssssstttuuuuuuuuuuwyyyzzzd');
        folded := replace(replace(replace(folded, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe');
        folded := translate(folded, '‘’‚‛“”„‟«»‹›‐‑‒–—―…·•¿¡§€£°´¨', repeat(' ', 29));
    END IF;
    RETURN btrim(regexp_replace(folded, '[\x01-\x2f\x3a-\x60\x7b-\x7f]+', ' ', 'g'));
END $$;
"""

# German if a word is in it that English hasn’t. A message so long that nobody wrote it is read
# as far as anybody would read.
WORDS_OF = r"""
CREATE FUNCTION tickets_words_of(raw text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    folded text := tickets_fold(left(raw, 100000));
BEGIN
    IF ' ' || folded || ' '
        ~ ' (und|nicht|ich|wir|ist|mit|sie|bitte|danke|habe|auf|der|das|ein|eine|fur|zu) '
    THEN
        RETURN strip(to_tsvector('pg_catalog.german', folded));
    END IF;
    RETURN strip(to_tsvector('pg_catalog.english', folded));
END $$;
"""

# In which spans of 8, 64 and 512 days something was said: see tickets/search.py.
SPANS_OF = r"""
CREATE FUNCTION tickets_spans_of(moment timestamptz) RETURNS tsvector
LANGUAGE sql STABLE PARALLEL SAFE STRICT AS $$
    SELECT array_to_tsvector(ARRAY['a:' || (day >> 3), 'b:' || (day >> 6), 'c:' || (day >> 9)])
    FROM (SELECT floor(extract(epoch FROM moment) / 86400)::int AS day) AS days
$$;
"""

# The row is locked before anything is read: of two who read the same ticket, the second reads
# what the first left. Stops before the row would be larger than Postgres lets it be.
READ = r"""
CREATE FUNCTION tickets_read(ticket bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    about record;
    said record;
    named tsvector;
    known tsvector;
    latest timestamptz;
BEGIN
    INSERT INTO tickets_findable (ticket_id, at, words, head)
        SELECT id, created_at, '', '' FROM tickets_ticket WHERE id = ticket
        ON CONFLICT DO NOTHING;
    PERFORM 1 FROM tickets_findable WHERE ticket_id = ticket FOR UPDATE;
    DELETE FROM tickets_toread WHERE ticket_id = ticket;
    SELECT t.id, t.subject, t.created_at, t.desired_outcome, t.impact_reason, t.answers,
        concat_ws(' ', t.id, t.subject, c.name, o.name, own.value, string_agg(i.value, ' ')) AS names,
        array_agg('t:' || reverse(regexp_replace(i.value, '[^0-9]', '', 'g')))
            FILTER (WHERE i.kind = 'phone') AS phones
        INTO about
        FROM tickets_ticket t
        JOIN customers_customer c ON c.id = t.customer_id
        JOIN customers_identity own ON own.id = t.identity_id
        LEFT JOIN customers_organization o ON o.id = c.organization_id
        LEFT JOIN customers_identity i ON i.customer_id = c.id
        WHERE t.id = ticket
        GROUP BY t.id, c.id, o.id, own.id;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    latest := about.created_at;
    named := tickets_words_of(about.subject)
        || strip(to_tsvector('pg_catalog.simple', tickets_fold(about.names)))
        || array_to_tsvector(coalesce(about.phones, '{}'));
    known := named
        || tickets_words_of(about.desired_outcome || ' ' || about.impact_reason)
        || tickets_words_of(coalesce(
            (SELECT string_agg(answer ->> 'value', ' ') FROM jsonb_array_elements(about.answers) AS answer),
            ''));
    FOR said IN
        SELECT text, at FROM tickets_message
        WHERE ticket_id = ticket AND undone_at IS NULL ORDER BY at DESC, id DESC
    LOOP
        latest := greatest(latest, said.at);
        EXIT WHEN pg_column_size(known) > 500000;
        known := known || tickets_words_of(said.text);
    END LOOP;
    UPDATE tickets_findable
        SET at = latest, head = named || tickets_spans_of(latest),
            words = known || tickets_spans_of(latest)
        WHERE ticket_id = ticket;
END $$;
"""

WAITING = r"""
CREATE FUNCTION tickets_read_waiting(most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    next bigint;
    done int := 0;
BEGIN
    FOR next IN
        SELECT ticket_id FROM tickets_toread ORDER BY ticket_id DESC LIMIT most
        FOR UPDATE SKIP LOCKED
    LOOP
        PERFORM tickets_read(next);
        DELETE FROM tickets_toread WHERE ticket_id = next;
        done := done + 1;
    END LOOP;
    RETURN done;
END $$;
"""

# What is said is found at once. Very many at once (an import) are put down to be read.
SAID = r"""
CREATE FUNCTION tickets_message_said() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said record;
BEGIN
    IF (SELECT count(*) FROM (SELECT 1 FROM added LIMIT 101) AS first_ones) > 100 THEN
        INSERT INTO tickets_toread (ticket_id) SELECT DISTINCT ticket_id FROM added
            ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    FOR said IN SELECT ticket_id, text, at FROM added WHERE undone_at IS NULL ORDER BY ticket_id, id
    LOOP
        UPDATE tickets_findable
            SET at = greatest(at, said.at),
                head = head || tickets_spans_of(said.at),
                words = words || tickets_words_of(said.text) || tickets_spans_of(said.at)
            WHERE ticket_id = said.ticket_id AND pg_column_size(words) <= 500000;
        IF NOT FOUND THEN
            PERFORM tickets_read(said.ticket_id);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER find_what_is_said AFTER INSERT ON tickets_message
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tickets_message_said();

CREATE FUNCTION tickets_message_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM tickets_read(OLD.ticket_id);
        RETURN NULL;
    END IF;
    PERFORM tickets_read(NEW.ticket_id);
    IF OLD.ticket_id <> NEW.ticket_id THEN
        PERFORM tickets_read(OLD.ticket_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER find_what_stands AFTER UPDATE OF text, undone_at, ticket_id ON tickets_message
    FOR EACH ROW
    WHEN (
        OLD.text IS DISTINCT FROM NEW.text
        OR OLD.undone_at IS DISTINCT FROM NEW.undone_at
        OR OLD.ticket_id IS DISTINCT FROM NEW.ticket_id
    )
    EXECUTE FUNCTION tickets_message_changed();
CREATE TRIGGER lose_what_is_gone AFTER DELETE ON tickets_message
    FOR EACH ROW EXECUTE FUNCTION tickets_message_changed();
"""

ABOUT = r"""
CREATE FUNCTION tickets_ticket_came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tickets_toread (ticket_id) SELECT id FROM added ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER find_what_came AFTER INSERT ON tickets_ticket
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tickets_ticket_came();

CREATE FUNCTION tickets_ticket_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tickets_read(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER find_by_new_subject
    AFTER UPDATE OF subject, customer_id, identity_id ON tickets_ticket
    FOR EACH ROW
    WHEN (
        OLD.subject IS DISTINCT FROM NEW.subject
        OR OLD.customer_id IS DISTINCT FROM NEW.customer_id
        OR OLD.identity_id IS DISTINCT FROM NEW.identity_id
    )
    EXECUTE FUNCTION tickets_ticket_renamed();
"""

# A customer with very many tickets: they are not found under the old name from this moment, and
# under the new one as soon as the worker has read them.
NAMES = r"""
CREATE FUNCTION tickets_read_customer(customer bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    theirs bigint[] := ARRAY(
        SELECT id FROM tickets_ticket WHERE customer_id = customer ORDER BY id
    );
BEGIN
    IF cardinality(theirs) > 50 THEN
        INSERT INTO tickets_toread (ticket_id) SELECT unnest(theirs) ON CONFLICT DO NOTHING;
        DELETE FROM tickets_findable WHERE ticket_id = ANY (theirs);
        RETURN;
    END IF;
    PERFORM tickets_read(id) FROM unnest(theirs) AS id;
END $$;

CREATE FUNCTION tickets_customer_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tickets_read_customer(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER find_by_new_name AFTER UPDATE OF name, organization_id ON customers_customer
    FOR EACH ROW
    WHEN (
        OLD.name IS DISTINCT FROM NEW.name
        OR OLD.organization_id IS DISTINCT FROM NEW.organization_id
    )
    EXECUTE FUNCTION tickets_customer_renamed();

CREATE FUNCTION tickets_identity_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM tickets_read_customer(OLD.customer_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM tickets_read_customer(NEW.customer_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER find_by_identity AFTER INSERT OR DELETE ON customers_identity
    FOR EACH ROW EXECUTE FUNCTION tickets_identity_changed();
CREATE TRIGGER find_by_new_identity AFTER UPDATE OF value, kind, customer_id ON customers_identity
    FOR EACH ROW
    WHEN (
        OLD.value IS DISTINCT FROM NEW.value
        OR OLD.kind IS DISTINCT FROM NEW.kind
        OR OLD.customer_id IS DISTINCT FROM NEW.customer_id
    )
    EXECUTE FUNCTION tickets_identity_changed();
"""

NOTHING = r"""
DROP TRIGGER find_by_new_identity ON customers_identity;
DROP TRIGGER find_by_identity ON customers_identity;
DROP TRIGGER find_by_new_name ON customers_customer;
DROP TRIGGER find_by_new_subject ON tickets_ticket;
DROP TRIGGER find_what_came ON tickets_ticket;
DROP TRIGGER lose_what_is_gone ON tickets_message;
DROP TRIGGER find_what_stands ON tickets_message;
DROP TRIGGER find_what_is_said ON tickets_message;
DROP FUNCTION tickets_identity_changed();
DROP FUNCTION tickets_customer_renamed();
DROP FUNCTION tickets_read_customer(bigint);
DROP FUNCTION tickets_ticket_renamed();
DROP FUNCTION tickets_ticket_came();
DROP FUNCTION tickets_message_changed();
DROP FUNCTION tickets_message_said();
DROP FUNCTION tickets_read_waiting(int);
DROP FUNCTION tickets_read(bigint);
DROP FUNCTION tickets_spans_of(timestamptz);
DROP FUNCTION tickets_words_of(text);
DROP FUNCTION tickets_fold(text);
"""

# The words are large and hardly ever read whole: outside the row, which stays narrow to be sorted.
NARROW = """
ALTER TABLE tickets_findable ALTER COLUMN words SET STORAGE EXTERNAL;
ALTER TABLE tickets_findable ALTER COLUMN head SET STORAGE EXTERNAL;
ALTER TABLE tickets_findable SET (toast_tuple_target = 128, fillfactor = 80);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0001_initial"),
        ("tickets", "0009_say_what_was_imported"),
    ]

    operations = [
        migrations.CreateModel(
            name="Findable",
            fields=[
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="findable",
                        serialize=False,
                        to="tickets.ticket",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                ("head", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["words"], name="findable_words"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["head"], name="findable_head"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ToRead",
            fields=[("ticket_id", models.BigIntegerField(primary_key=True, serialize=False))],
        ),
        migrations.RunSQL(NARROW, migrations.RunSQL.noop),
        migrations.RunSQL(
            FOLD + WORDS_OF + SPANS_OF + READ + WAITING + SAID + ABOUT + NAMES, NOTHING
        ),
    ]
