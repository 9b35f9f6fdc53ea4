"""Where a request came from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the client’s IP address, believing only as many proxies as are ours."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    chain = [part.strip() for part in forwarded.split(",") if part.strip()]
    chain.append(request.META.get("REMOTE_ADDR", ""))
    candidate = chain[max(0, len(chain) - 1 - settings.TRUSTED_PROXIES)]
    try:
        # Without the zone of an IPv6 address, in which anything can stand.
        return str(ipaddress.ip_address(candidate.partition("%")[0]))
    except ValueError:
        return "0.0.0.0"  # noqa: S104 -- a name for “unknown”, nothing binds to it


def network_of(address: str) -> str:
    """Return the network that is limited as one: /24 for IPv4, /64 for IPv6."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        # A server that listens for both kinds sees all of IPv4 inside one /64.
        ip = ip.ipv4_mapped or ip
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 64}", strict=False))
