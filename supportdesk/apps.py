"""The floor and the roof of the desk as a Django app."""

from django.apps import AppConfig


class SupportdeskConfig(AppConfig):
    name = "supportdesk"
    verbose_name = "Supportdesk"

    def ready(self) -> None:
        # Bind the tasks of every process to our Celery app, and register the system checks.
        from supportdesk import celery, checks  # noqa: F401, PLC0415 -- Django’s place for it
        from supportdesk.account import mails  # noqa: F401, PLC0415 -- registers its links
