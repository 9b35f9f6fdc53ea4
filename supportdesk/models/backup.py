"""What is known of the backups that were made."""

from django.db import models


class Backup(models.Model):
    """One backup: written, read again and compared. Of those that failed the log tells."""

    name = models.CharField(max_length=100)
    #: The moment of the data.
    made_at = models.DateTimeField()
    size_bytes = models.PositiveBigIntegerField()
    files = models.PositiveIntegerField()
    #: Files that have a row and were not there.
    missing = models.PositiveIntegerField(default=0)
    #: When it was last restored into a scratch database, and was whole.
    tried_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-made_at"], name="backup_latest")]

    def __str__(self) -> str:
        return self.name
