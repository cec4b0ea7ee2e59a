"""``python -m keyring generate`` prints a new key, to be put first in the keys file."""

import argparse
import sys

from .sources import new_key_line


def main():
    parser = argparse.ArgumentParser(prog="keyring", description=__doc__)
    parser.add_argument("command", choices=["generate"], help="print a new key line (name:key)")
    parser.parse_args()
    sys.stdout.write(f"{new_key_line()}\n")


if __name__ == "__main__":
    main()
