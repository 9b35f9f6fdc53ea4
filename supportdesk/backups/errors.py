"""What keeps a backup from being made or restored, each fit to be read by whoever runs it."""


class BackupRefused(Exception):
    """It was not done; the text says why and what helps."""


class Damaged(BackupRefused):
    """What is read is not what was written."""


class NotEmpty(BackupRefused):
    """There is something where the backup would go."""


class ProgramFailed(BackupRefused):
    """One of Postgres’ own programs ended with an error."""
