"""Where customers write to us and follow what becomes of it."""

from django.urls import URLPattern, URLResolver, path

from tickets.views import submit, ticket_link, your_ticket

urlpatterns: list[URLPattern | URLResolver] = [
    path("submit/", submit.submit, name="submit"),
    path("submit/files/", submit.hold_file, name="hold_file"),
    path("submit/files/remove/", submit.remove_file, name="remove_file"),
    path("submit/sent/<uuid:key>/", submit.submitted, name="submitted"),
    path("t/<int:number>/", your_ticket.your_ticket, name="your_ticket"),
    path("t/<int:number>/write/", your_ticket.write, name="your_ticket_write"),
    path("t/<int:number>/solved/", your_ticket.solved, name="your_ticket_solved"),
    path("t/<int:number>/not-yet/", your_ticket.not_yet, name="your_ticket_not_yet"),
    path("t/<int:number>/files/<uuid:file_id>/", your_ticket.download, name="your_ticket_file"),
    path(
        "t/<int:number>/files/<uuid:file_id>/picture/",
        your_ticket.picture,
        name="your_ticket_picture",
    ),
    path("t/<int:number>/new-link/", ticket_link.new_link, name="your_ticket_new_link"),
    path("t/<str:token>/", ticket_link.ticket_link, name="ticket_link"),
]
