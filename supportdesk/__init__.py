"""A customer support desk that companies run themselves."""

#: The version that a backup, /metrics and the log name. The same as in pyproject.toml (a test looks).
__version__ = "0.1"
