#!/usr/bin/env python
"""Run one of the desk’s commands. ``./desk manage`` runs this with the desk’s own servers."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")
    execute_from_command_line(sys.argv)
