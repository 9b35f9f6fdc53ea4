"""How often strangers may write, upload, or ask for a link. The figures are settings."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from supportdesk.lib import limits, network
from tickets.models import Ticket


def may_submit(request: HttpRequest, address: str, *, at: datetime) -> bool:
    """Count one more ticket from this network and address.

    The network is asked first and the desk last, so that one network cannot
    use up what the whole desk takes.
    """
    return (
        _allowed("submit-network", _network(request), settings.FORM_LIMIT_PER_NETWORK, at)
        and _allowed("submit-address", address, settings.FORM_LIMIT_PER_ADDRESS, at)
        and _allowed("submit-desk", "all", settings.FORM_LIMIT_PER_DESK, at)
    )


def may_upload(request: HttpRequest, *, at: datetime) -> bool:
    """Count one more file: as many as the tickets that may come can carry."""
    return _allowed(
        "upload-network", _network(request), _with_files(settings.FORM_LIMIT_PER_NETWORK), at
    ) and _allowed("upload-desk", "all", _with_files(settings.FORM_LIMIT_PER_DESK), at)


def may_write(ticket: Ticket, *, at: datetime) -> bool:
    """Count one more message of the customer to their own ticket."""
    return _allowed("write", str(ticket.pk), settings.FORM_LIMIT_PER_NETWORK, at)


def may_ask_for_link(request: HttpRequest, *, at: datetime) -> bool:
    """Count one more question for a new link, whatever the answer will be."""
    return _allowed("link-network", _network(request), settings.FORM_LIMIT_PER_NETWORK, at)


def _allowed(what: str, who: str, limit: tuple[int, int], at: datetime) -> bool:
    times, seconds = limit
    return limits.allowed(what, who, times=times, seconds=seconds, at=at)


def _network(request: HttpRequest) -> str:
    return network.network_of(network.client_address(request))


def _with_files(limit: tuple[int, int]) -> tuple[int, int]:
    times, seconds = limit
    return times * settings.MESSAGE_FILES_LIMIT, seconds
