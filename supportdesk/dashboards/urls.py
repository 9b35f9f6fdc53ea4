"""Addresses of the dashboards: the page, what it asks again, and the tickets behind each number."""

from django.urls import URLPattern, URLResolver, path

from supportdesk.dashboards import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("pulse/", views.pulse, name="pulse"),
    path("pulse/now/", views.pulse_now, name="pulse_now"),
    path("pulse/tickets/<slug:which>/", views.pulse_tickets, name="pulse_tickets"),
    path("pulse/tables/<slug:chart>/", views.pulse_table, name="pulse_table"),
    path("pulse/tables/<slug:chart>.csv", views.pulse_file, name="pulse_file"),
    path("load/", views.load, name="load"),
    path("load/tickets/<slug:which>/", views.load_tickets, name="load_tickets"),
]
