"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id as OWASP recommends it: 46 MiB, one pass, one lane.

    Django’s own choice takes 100 MiB and eight lanes for each guess: sixteen
    strangers who guess at once would take 1.6 GB from a machine that has four.
    """

    memory_cost = 47_104
    time_cost = 1
    parallelism = 1
