"""What ``./desk`` does before Django exists: standard library only, Python 3.11 and later."""
