import pytest
from django.test import Client

from supportdesk.models import User


@pytest.fixture
def browser(supervisor: User) -> Client:
    """The supervisor’s browser, signed in."""
    client = Client()
    client.force_login(supervisor)
    return client
