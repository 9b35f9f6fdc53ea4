"""Who may open which page. Who may see which *rows* is each QuerySet’s ``visible_to``.

Every view declares one policy; a view that declares none is refused, and the
house test names it. A person without the right to a page gets 403 with a
sentence; a row that one may not see is a 404, as if it were not there.
"""

import hmac
import ipaddress
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from supportdesk.lib import network
from supportdesk.models import Desk, Role, User


class AgentRequest(HttpRequest):
    """A request of somebody who works here, as ``agent_required`` lets it through."""

    user: User
    htmx: HtmxDetails
    desk: Desk


class Policy(StrEnum):
    ANYONE = "anyone"
    LINK = "a customer with the link of the ticket"
    SIGNED_IN = "whoever is signed in"
    AGENT = "agents"
    SUPERVISOR = "supervisors"
    ADMIN = "admins"
    TRIAL = "anyone, in the trial desk only"
    WATCHER = "machines that watch the desk"


View = TypeVar("View", bound=Callable[..., HttpResponseBase])

#: Views that are not ours, by the name of their URL.
FOREIGN = {
    "account_login": Policy.ANYONE,
    "account_logout": Policy.ANYONE,
    "account_reset_password": Policy.ANYONE,
    "account_reset_password_done": Policy.ANYONE,
    "account_reset_password_from_key": Policy.ANYONE,
    "account_reset_password_from_key_done": Policy.ANYONE,
    "account_inactive": Policy.ANYONE,
    "account_reauthenticate": Policy.SIGNED_IN,
    "account_change_password": Policy.SIGNED_IN,
    "account_set_password": Policy.SIGNED_IN,
    "mfa_authenticate": Policy.ANYONE,
    "mfa_login_webauthn": Policy.ANYONE,
    "mfa_index": Policy.SIGNED_IN,
    "mfa_reauthenticate": Policy.SIGNED_IN,
    "mfa_activate_totp": Policy.SIGNED_IN,
    "mfa_deactivate_totp": Policy.SIGNED_IN,
    "mfa_view_recovery_codes": Policy.SIGNED_IN,
    "mfa_generate_recovery_codes": Policy.SIGNED_IN,
    "mfa_download_recovery_codes": Policy.SIGNED_IN,
    "mfa_list_webauthn": Policy.SIGNED_IN,
    "mfa_add_webauthn": Policy.SIGNED_IN,
    "mfa_edit_webauthn": Policy.SIGNED_IN,
    "mfa_remove_webauthn": Policy.SIGNED_IN,
    "mfa_reauthenticate_webauthn": Policy.SIGNED_IN,
    "set_language": Policy.ANYONE,
}


def anyone(view: View) -> View:
    """Open to the world."""
    view.policy = Policy.ANYONE  # type: ignore[attr-defined]
    return view


def customer_link(view: View) -> View:
    """For a customer who holds the ticket’s link; the view’s queryset checks the cookie."""
    view.policy = Policy.LINK  # type: ignore[attr-defined]
    return view


def trial_only(view: View) -> View:
    """A page of the trial desk: elsewhere it does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.TRIAL:
            raise Http404
        return view(request, *args, **kwargs)

    guarded.policy = Policy.TRIAL  # type: ignore[attr-defined]
    return cast(View, guarded)


def watcher_only(view: View) -> View:
    """For what collects figures, by its token or from its network; to others it does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not (_has_token(request) or _comes_from_inside(request)):
            raise Http404
        return view(request, *args, **kwargs)

    guarded.policy = Policy.WATCHER  # type: ignore[attr-defined]
    return cast(View, guarded)


def _has_token(request: HttpRequest) -> bool:
    wanted = settings.METRICS_TOKEN
    brought = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(wanted) and hmac.compare_digest(brought.encode(), wanted.encode())


def _comes_from_inside(request: HttpRequest) -> bool:
    """Whether the last hop itself is such a machine. What came through our proxy never is."""
    if "X-Forwarded-For" in request.headers:
        return False
    address = ipaddress.ip_address(network.client_address(request))
    return any(address in ipaddress.ip_network(each) for each in settings.METRICS_NETWORKS)


def _staff(policy: Policy, *roles: Role) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User) or not user.is_active:
                return _to_sign_in(request)
            if user.role not in roles:
                raise PermissionDenied
            return cast(HttpResponseBase, view(request, *args, **kwargs))

        guarded.policy = policy  # type: ignore[attr-defined]
        return guarded

    return decorate


agent_required = _staff(Policy.AGENT, Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
supervisor_required = _staff(Policy.SUPERVISOR, Role.SUPERVISOR, Role.ADMIN)
admin_required = _staff(Policy.ADMIN, Role.ADMIN)


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign-in returns to where one was; for a fragment or a POST that is the page around it."""
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = redirect_to_login(_page_around(request))["Location"]
        return answer
    at = request.get_full_path() if request.method == "GET" else _page_around(request)
    return redirect_to_login(at)


def _page_around(request: HttpRequest) -> str:
    base = settings.PUBLIC_BASE_URL
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    return came_from.removeprefix(base) if came_from.startswith(base + "/") else "/desk/"


def policy_of(view: Callable[..., Any], url_name: str | None) -> Policy | None:
    """Return what the view declares, or ``None``: then nobody may use it."""
    declared = getattr(view, "policy", None)
    return declared if declared is not None else FOREIGN.get(url_name or "")


def deny_what_declares_nothing(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Refuse every view without a policy, so that a forgotten decorator is a closed door."""

    class Middleware:
        def __call__(self, request: HttpRequest) -> HttpResponse:
            return get_response(request)

        def process_view(
            self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
        ) -> HttpResponseBase | None:
            match = request.resolver_match
            policy = policy_of(view, match.url_name if match else None)
            if policy is None:
                raise PermissionDenied
            if policy is Policy.SIGNED_IN and not request.user.is_authenticated:
                return _to_sign_in(request)
            return None

    return Middleware()
