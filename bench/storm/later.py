"""What the desk would do by itself in the next quarter of an hour, with the clock moved: short runs."""

import os
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")


def main() -> None:
    import django

    django.setup()
    from django.utils import timezone

    from supportdesk import outbox

    # Past the lease, past the doubt, and for what waits behind those mails.
    for minutes in (3, 15, 16, 20, 30):
        at = timezone.now() + timedelta(minutes=minutes)
        outbox.reap(at=at)
        while outbox.send_next(at=at):
            pass


if __name__ == "__main__":
    main()
