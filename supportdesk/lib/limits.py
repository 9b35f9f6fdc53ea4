"""How often somebody may do something, counted in Postgres and exact under load."""

from datetime import datetime

from django.db import connection


def allowed(what: str, who: str, *, times: int, seconds: int, at: datetime) -> bool:
    """Count one more ``what`` by ``who`` and say whether it is within the limit.

    Windows are fixed and start with the first event. One atomic statement, so
    that fifty requests at once are let through exactly ``times`` times. A
    refused attempt is counted too. Costs one query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO supportdesk_limit (key, began_at, ends_at, used)
            VALUES (%(key)s, %(at)s, %(at)s + make_interval(secs => %(seconds)s), 1)
            ON CONFLICT (key) DO UPDATE SET
                used = CASE WHEN supportdesk_limit.ends_at <= %(at)s THEN 1
                            ELSE supportdesk_limit.used + 1 END,
                began_at = CASE WHEN supportdesk_limit.ends_at <= %(at)s THEN %(at)s
                                ELSE supportdesk_limit.began_at END,
                ends_at = CASE WHEN supportdesk_limit.ends_at <= %(at)s THEN excluded.ends_at
                               ELSE supportdesk_limit.ends_at END
            RETURNING used
            """,
            {"key": f"{what}:{who}"[:200], "at": at, "seconds": seconds},
        )
        (used,) = cursor.fetchone()
    return bool(used <= times)
