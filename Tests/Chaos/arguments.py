"""The arguments of chaos.py."""

import argparse
import random


def parsed(arguments=None):
    parser = argparse.ArgumentParser(
        prog="chaos.sh",
        description="Does harm to a server under load, and checks that nothing acknowledged is lost and nothing runs again.",
        epilog="Without --minutes, every fault has one short turn. Exit code: 0 all is well, 1 it is not, 2 wrong arguments.")
    parser.add_argument("--minutes", type=positive, help="go on for so long, in turns of faults at random")
    parser.add_argument("--seed", type=int, default=random.randrange(1, 1 << 32), help="which faults come, and when")
    parser.add_argument("--only", metavar="FAULT", help="this fault alone, or those whose names begin so")
    parser.add_argument("--count", type=positive, help="how many faults each turn has; what is usual differs from fault to fault")
    parser.add_argument("--postgres", action="store_true", help="with a server of PostgreSQL, which is started for that")
    return parser.parse_args(arguments)


def positive(text):
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is no whole number above 0")
    return int(text)


if __name__ == "__main__":
    parsed()
