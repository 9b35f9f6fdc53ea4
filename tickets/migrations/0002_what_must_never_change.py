"""Numbers start at 10001, the ledger is for good, and the customer’s words are the customer’s."""

from django.db import migrations

FIRST_NUMBER = "ALTER TABLE tickets_ticket ALTER COLUMN id RESTART WITH 10001"

LEDGER = """
CREATE FUNCTION tickets_event_is_for_good() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An event is never changed or deleted.';
END $$;
CREATE TRIGGER event_is_for_good BEFORE UPDATE OR DELETE ON tickets_event
    FOR EACH ROW EXECUTE FUNCTION tickets_event_is_for_good();
"""
NO_LEDGER = """
DROP TRIGGER event_is_for_good ON tickets_event;
DROP FUNCTION tickets_event_is_for_good();
"""

CUSTOMERS_WORDS = """
CREATE FUNCTION tickets_customers_words_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What the customer wants and how much it hurts is theirs: nobody changes it.';
END $$;
CREATE TRIGGER customers_words_stand BEFORE UPDATE ON tickets_ticket
    FOR EACH ROW
    WHEN (
        OLD.impact IS DISTINCT FROM NEW.impact
        OR OLD.impact_reason IS DISTINCT FROM NEW.impact_reason
        OR OLD.desired_outcome IS DISTINCT FROM NEW.desired_outcome
    )
    EXECUTE FUNCTION tickets_customers_words_stand();
"""
NO_CUSTOMERS_WORDS = """
DROP TRIGGER customers_words_stand ON tickets_ticket;
DROP FUNCTION tickets_customers_words_stand();
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]

    operations = [
        migrations.RunSQL(FIRST_NUMBER, migrations.RunSQL.noop),
        migrations.RunSQL(LEDGER, NO_LEDGER),
        migrations.RunSQL(CUSTOMERS_WORDS, NO_CUSTOMERS_WORDS),
    ]
