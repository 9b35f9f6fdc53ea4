"""The dashboards as a Django app of their own: they keep rows."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "supportdesk.dashboards"
    label = "dashboards"
