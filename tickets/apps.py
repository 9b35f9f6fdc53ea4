"""The tickets app."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "tickets"

    def ready(self) -> None:
        from tickets import receivers  # noqa: F401, PLC0415 -- Django’s place for it
        from tickets.service import alarms  # noqa: F401, PLC0415 -- registers its handlers
