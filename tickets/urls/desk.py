"""The desk of the staff: one address for each verb."""

from django.urls import URLPattern, URLResolver, path

from tickets.views import composer, desk_files, inbox, new_ticket, suggest, ticket, verbs

_TICKET = "tickets/<int:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", inbox.list_tickets, name="inbox"),
    path("news/", inbox.news, name="news"),
    path("suggest/", suggest.suggest, name="suggest"),
    path("look/<int:number>/", inbox.look, name="look"),
    path("new/", new_ticket.new, name="new"),
    path("new/who/", new_ticket.who, name="who"),
    path("files/<uuid:key>/", desk_files.file, name="file"),
    path("messages/<int:message>/body/", desk_files.message_body, name="message_body"),
    path(_TICKET, ticket.ticket, name="ticket"),
    path(_TICKET + "news/", ticket.thread_news, name="thread_news"),
    path(_TICKET + "reply/", composer.reply, name="reply"),
    path(_TICKET + "note/", composer.note, name="note"),
    path(_TICKET + "solve/", composer.solve, name="solve"),
    path(_TICKET + "hand-off/", composer.hand_off, name="hand_off"),
    path(_TICKET + "undo/", composer.undo, name="undo"),
    path(_TICKET + "draft/", composer.draft, name="draft"),
    path(_TICKET + "take/", verbs.take, name="take"),
    path(_TICKET + "assign/", verbs.assign, name="assign"),
    path(_TICKET + "wait/", verbs.wait, name="wait"),
    path(_TICKET + "hold/", verbs.hold, name="hold"),
    path(_TICKET + "resume/", verbs.resume, name="resume"),
    path(_TICKET + "subject/", verbs.subject, name="subject"),
    path(_TICKET + "queue/", verbs.queue, name="queue"),
    path(_TICKET + "topic/", verbs.topic, name="topic"),
    path(_TICKET + "priority/", verbs.priority, name="priority"),
    path(_TICKET + "tags/", verbs.tags, name="tags"),
    path(_TICKET + "customer/", verbs.customer, name="customer"),
    path(_TICKET + "spam/", verbs.spam, name="spam"),
    path(_TICKET + "not-spam/", verbs.not_spam, name="not_spam"),
    path(_TICKET + "complaint/", verbs.complaint, name="complaint"),
    path(_TICKET + "follow-up/", verbs.follow_up, name="follow_up"),
    path(_TICKET + "followed-up/", verbs.followed_up, name="followed_up"),
]
