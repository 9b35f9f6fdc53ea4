"""Durable timers: set, cancel, claim, run."""
