"""Pages of the set-up, one file a subject."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def show(request: HttpRequest, page: str, part: str, **context: Any) -> HttpResponse:
    """Draw a set-up page; ``part`` says where in the set-up one is."""
    return render(request, f"setup/{page}.html", {"here": "setup", "part": part} | context)
