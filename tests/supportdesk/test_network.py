import pytest
from django.test import RequestFactory

from supportdesk.lib.network import client_address, network_of


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "9.9.9.9", "127.0.0.1"),
        (1, "6.6.6.6, 9.9.9.9", "9.9.9.9"),
        (2, "6.6.6.6, 9.9.9.9, 8.8.8.8", "9.9.9.9"),
        (1, "", "127.0.0.1"),
        (1, "<script>", "0.0.0.0"),
        (1, "fe80::1%<script>", "fe80::1"),
    ],
)
def test_only_our_own_proxies_are_believed(
    settings: object, proxies: int, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies  # type: ignore[attr-defined]
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})

    assert client_address(request) == expected


def test_a_network_is_limited_as_one() -> None:
    assert network_of("9.9.9.77") == network_of("9.9.9.1") == "9.9.9.0/24"
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::") == "2001:db8:1:2::/64"


def test_ipv4_inside_ipv6_is_not_one_network_for_all() -> None:
    assert network_of("::ffff:9.9.9.77") == network_of("9.9.9.1") == "9.9.9.0/24"
    assert network_of("::ffff:8.8.8.8") != network_of("::ffff:9.9.9.77")
