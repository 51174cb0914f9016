"""`python -m giftill.sandbox`: serve until stopped."""

from __future__ import annotations

import argparse
import sys

from giftill.sandbox.cli import add_arguments, run
from giftill.sandbox.config import SandboxError


def main() -> int:
    """Parse the command line and serve.

    Returns:
        0 when stopped, 1 when it could not be started.
    """
    parser = argparse.ArgumentParser(
        prog="giftill sandbox", description="The Gifty API as a server on this machine."
    )
    add_arguments(parser)
    try:
        return run(parser.parse_args())
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
