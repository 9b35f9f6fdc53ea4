"""Whether this process lives, and whether the desk can do its work."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
