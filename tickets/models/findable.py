"""What the search knows: one row a ticket, kept by the database itself."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models


class Findable(models.Model):
    """The words of one ticket: what was said in it, its subject, its customer.

    Triggers keep it (migration 0010), so that whoever writes a message, an
    import too, need not think of it. Words that were taken back, or a name that
    is no longer the customer’s, are not in it.
    """

    ticket = models.OneToOneField(
        "tickets.Ticket", on_delete=models.CASCADE, primary_key=True, related_name="findable"
    )
    #: When something was last said, notes too: what “newest first” goes by.
    at = models.DateTimeField()
    #: Stems of everything, and marks that say in which weeks (``search.SPANS``).
    words = SearchVectorField()
    #: Subject, number and customer alone, for suggestions and for what fits best.
    head = SearchVectorField()

    class Meta:
        indexes = [
            # Never an index on ``at``: the planner would walk it to find a rare word.
            GinIndex(fields=["words"], name="findable_words", fastupdate=False),
            GinIndex(fields=["head"], name="findable_head", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"words of #{self.ticket_id}"


class ToReadQuerySet(models.QuerySet["ToRead"]):
    def read(self, *, limit: int) -> int:
        """Read some tickets into the search, the newest first, and return how many.

        What another worker is reading is passed over. Call it in a transaction of its own.
        """
        with connection.cursor() as cursor:
            # A busy machine may take longer over many than a page may. What a crash takes back
            # waits to be read again, so nobody has to wait for the disk.
            cursor.execute(
                "SET LOCAL statement_timeout = 0; SET LOCAL synchronous_commit = off;"
                " SELECT tickets_read_waiting(%s)",
                [limit],
            )
            return int(cursor.fetchone()[0])

    def fill(self) -> int:
        """Ask for every ticket to be read anew. What is found meanwhile is found as before."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tickets_toread (ticket_id) SELECT id FROM tickets_ticket"
                " ON CONFLICT DO NOTHING"
            )
            return int(cursor.rowcount)


class ToRead(models.Model):
    """A ticket that the search has still to read: an old one, or one of very many at once."""

    #: No foreign key: written by the thousand, and a ticket that is gone is passed over.
    ticket_id = models.BigIntegerField(primary_key=True)

    objects = ToReadQuerySet.as_manager()

    def __str__(self) -> str:
        return f"#{self.ticket_id}"
