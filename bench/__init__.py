"""What is measured: each module is one run of ``./desk bench NAME``, its figures in RESULTS.md."""
