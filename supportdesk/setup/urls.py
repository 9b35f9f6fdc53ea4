"""Addresses of the set-up: what an admin arranges once and then now and again."""

from django.urls import URLPattern, URLResolver, path

from supportdesk.setup.views import desk, first, home, people, queues, sender, teams, topics

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("lift-hold/", home.lift_hold, name="lift_hold"),
    path("first/<str:token>/", first.first, name="first"),
    path("desk/", desk.desk, name="desk"),
    path("look/", desk.look, name="look"),
    path("look/logo/remove/", desk.remove_logo, name="remove_logo"),
    path("hours/", desk.hours, name="hours"),
    path("sender/", sender.sender, name="sender"),
    path("sender/test/", sender.send_test, name="send_test"),
    path("sender/test/<uuid:pk>/", sender.test_state, name="test_state"),
    path("people/", people.list_people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/invite-again/", people.invite_again, name="invite_again"),
    path("people/<int:pk>/end-sessions/", people.end_sessions, name="end_sessions"),
    path("people/<int:pk>/deactivate/", people.deactivate, name="deactivate"),
    path("people/<int:pk>/reactivate/", people.reactivate, name="reactivate"),
    path("teams/", teams.list_teams, name="teams"),
    path("teams/new/", teams.new_team, name="new_team"),
    path("teams/<int:pk>/", teams.team, name="team"),
    path("queues/", queues.list_queues, name="queues"),
    path("queues/new/", queues.new_queue, name="new_queue"),
    path("queues/<int:pk>/", queues.queue, name="queue"),
    path("topics/", topics.list_topics, name="topics"),
    path("topics/new/", topics.new_topic, name="new_topic"),
    path("topics/<int:pk>/", topics.topic, name="topic"),
    path("topics/<int:pk>/move/", topics.move_topic, name="move_topic"),
    path("topics/<int:pk>/fields/new/", topics.new_field, name="new_field"),
    path("topics/fields/<int:pk>/", topics.field, name="field"),
    path("topics/fields/<int:pk>/move/", topics.move_field, name="move_field"),
    path("topics/fields/<int:pk>/remove/", topics.remove_field, name="remove_field"),
]
