"""A whole desk as JSON lines: in from elsewhere, out, and in again.

The files, what each line may say and what becomes of it: ``docs/archive.md``.
"""
