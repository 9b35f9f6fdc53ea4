"""The site map."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from supportdesk import health_page, metrics, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("", include("tickets.urls.customer")),
    path("desk/", include(("tickets.urls.desk", "desk"))),
    path("desk/mail/", include("supportdesk.mail_state.urls")),
    path("desk/health/", health_page.health_page, name="health_page"),
    path("desk/", include("supportdesk.dashboards.urls")),
    path("", include("feedback.urls")),
    path("setup/", include(("supportdesk.setup.urls", "setup"))),
    path("account/", include("supportdesk.account.urls")),
    path("demo/", include(("supportdesk.demo.urls", "demo"))),
    path("", include("supportdesk.health")),
    path("metrics", metrics.metrics, name="metrics"),
    path("known-issues/", views.known_issues, name="known_issues"),
    path("portal/", views.portal, name="portal"),
    path("language/", set_language, name="set_language"),
    path("brand.css", views.brand_css, name="brand_css"),
    path("logo.png", views.desk_logo, name="desk_logo"),
    path("api/v1/", views.api_root, name="api_root"),
]
handler400 = "supportdesk.views.unreadable"
handler403 = "supportdesk.views.forbidden"
handler404 = "supportdesk.views.not_found"
handler500 = "supportdesk.views.broken"
