"""cut every core flow at every SQL statement, commit, word to the mail server and bell

The flows and what must hold are in tests/faults; there every few points are cut on each run of
the tests, here every one, as an exception and as the end of the process.
"""

import os
import sys
import time

from supportdesk.bootstrap import checks


def main() -> int:
    os.environ["FAULT_POINTS"] = "all"
    began = time.monotonic()
    code = checks.test(
        ["tests/faults", "-p", "no:cacheprovider", "--show-capture=no", *sys.argv[1:]]
    )
    print(f"  {'Every point holds' if code == 0 else 'Not every point holds'}, "
          f"after {time.monotonic() - began:.0f} s")  # fmt: skip
    return code


if __name__ == "__main__":
    sys.exit(main())
