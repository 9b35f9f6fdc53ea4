"""The desk’s settings for a bench: no limit of how often, and statements counted."""

from supportdesk.settings import *  # noqa: F403 -- all of them, but for what follows
from supportdesk.settings import MIDDLEWARE

NO_LIMIT = (10**9, 3600)
FORM_LIMIT_PER_ADDRESS = FORM_LIMIT_PER_NETWORK = FORM_LIMIT_PER_DESK = NO_LIMIT
SIGN_IN_LIMIT_PER_ACCOUNT = SIGN_IN_LIMIT_PER_NETWORK = NO_LIMIT
MIDDLEWARE = ["bench.filled.counting.statements", *MIDDLEWARE]
