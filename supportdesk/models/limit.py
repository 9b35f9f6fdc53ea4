"""Counters of how often somebody did something."""

from django.db import models


class Limit(models.Model):
    """One counter of ``lib.limits``, which writes it in one statement."""

    key = models.CharField(max_length=200, primary_key=True)
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    used = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.key}: {self.used}"
