"""Addresses of the page that shows what stands still."""

from django.urls import URLPattern, URLResolver, path

from supportdesk.mail_state import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.mail_state, name="mail_state"),
    path("<uuid:pk>/again/", views.mail_again, name="mail_again"),
    path("<uuid:pk>/arrived/", views.mail_arrived, name="mail_arrived"),
    path("received/seen/", views.received_seen, name="received_seen"),
    path("received/<int:pk>/", views.received_original, name="received_original"),
    path("received/<int:pk>/again/", views.received_again, name="received_again"),
]
