"""Where customers say how it went."""

from django.urls import URLPattern, URLResolver, path

from feedback import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("t/<int:number>/feedback/", views.feedback, name="feedback"),
]
