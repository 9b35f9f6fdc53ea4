"""Every ticket whose facts change is marked in the same transaction, whoever changes it and how."""

from django.db import migrations

TICKETS = """
CREATE FUNCTION dashboards_tickets_came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dashboards_changed (ticket_id) SELECT id FROM came ORDER BY id;
    RETURN NULL;
END $$;
CREATE TRIGGER dashboards_came AFTER INSERT ON tickets_ticket
    REFERENCING NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION dashboards_tickets_came();

CREATE FUNCTION dashboards_ticket_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dashboards_changed (ticket_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER dashboards_changed
    AFTER UPDATE OF queue_id, spam_at, state, created_at, first_reply_at, solved_at
    ON tickets_ticket
    FOR EACH ROW
    WHEN (
        OLD.queue_id <> NEW.queue_id
        OR (OLD.spam_at IS NULL) <> (NEW.spam_at IS NULL)
        OR (OLD.state = 'solved') <> (NEW.state = 'solved')
        OR OLD.created_at <> NEW.created_at
        OR OLD.first_reply_at IS DISTINCT FROM NEW.first_reply_at
        OR OLD.solved_at IS DISTINCT FROM NEW.solved_at
    )
    EXECUTE FUNCTION dashboards_ticket_changed();
"""
NO_TICKETS = """
DROP TRIGGER dashboards_changed ON tickets_ticket;
DROP FUNCTION dashboards_ticket_changed();
DROP TRIGGER dashboards_came ON tickets_ticket;
DROP FUNCTION dashboards_tickets_came();
"""

FEEDBACK = """
CREATE FUNCTION dashboards_feedback_given() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dashboards_changed (ticket_id) VALUES (NEW.ticket_id);
    RETURN NULL;
END $$;
CREATE TRIGGER dashboards_given AFTER INSERT OR UPDATE ON feedback_feedback
    FOR EACH ROW EXECUTE FUNCTION dashboards_feedback_given();
"""
NO_FEEDBACK = """
DROP TRIGGER dashboards_given ON feedback_feedback;
DROP FUNCTION dashboards_feedback_given();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("dashboards", "0001_initial"),
        ("feedback", "0001_initial"),
        ("tickets", "0003_quiet_tickets"),
    ]

    operations = [
        migrations.RunSQL(TICKETS, NO_TICKETS),
        migrations.RunSQL(FEEDBACK, NO_FEEDBACK),
    ]
