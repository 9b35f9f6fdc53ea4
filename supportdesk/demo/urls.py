"""Addresses of the trial desk’s own pages."""

from django.urls import URLPattern, URLResolver, path

from supportdesk.demo import mailbox, walk_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("walk-in/<str:token>/", walk_in.walk_in, name="walk_in"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<int:pk>/", mailbox.mail, name="mail"),
    path("mailbox/<int:pk>/html/", mailbox.mail_html, name="mail_html"),
    path("mailbox/<int:pk>/files/<int:number>/", mailbox.mail_file, name="mail_file"),
    path("mailbox/<int:pk>/answer/", mailbox.answer, name="answer"),
]
