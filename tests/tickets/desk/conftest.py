import pytest
from django.test import Client

from supportdesk.models import User


@pytest.fixture
def browser(agent: User) -> Client:
    """The agent’s browser, signed in."""
    client = Client()
    client.force_login(agent)
    return client
