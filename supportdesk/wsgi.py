"""The desk as gunicorn serves it. In production it does not start with what would be unsafe."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")
application = get_wsgi_application()

# After the apps are loaded: one of the checks asks the database.
from supportdesk.checks import refuse_unsafe_production  # noqa: E402 -- see above

refuse_unsafe_production()
