"""Hostile words in every place, the whole corpus: on every page, in every role, in Chromium.

    ./desk bench hostile [--rounds N]

Each round puts another part of the corpus into each column of the desk and
looks at all pages again. The tests of every run do one round of the main ones.
"""

import argparse
import os
import sys
import time
from collections import Counter

from supportdesk.bootstrap import checks
from tests.hostile.payloads import payloads


def main() -> int:
    parser = argparse.ArgumentParser(prog="./desk bench hostile")
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    os.environ["HOSTILE"] = str(options.rounds)
    kinds = Counter(each.kind for each in payloads())
    print(f"\n  {len(payloads())} payloads of {len(kinds)} kinds, {options.rounds} rounds")
    print("  " + ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items())))
    began = time.monotonic()
    code = checks.test(["-n", "0", "--show-capture=no", "--tb=short", "tests/hostile"])
    print(f"  {'Held' if code == 0 else 'Did NOT hold'} after {time.monotonic() - began:.0f} s")
    return code


if __name__ == "__main__":
    sys.exit(main())
