"""Wall clocks that are set while a server runs, and between two of its lives."""

import time

from bed import Bed
from kills import PATIENT
from load import sleep, step

HOUR, DAY = 3600, 86400
SLEEP = 500


def sleepy(_):
    return [step("a.1"), sleep(SLEEP), step("a.2"), sleep(10), step("a.3")]


def set_meanwhile(random, count):
    """A timer takes its time, whatever the clock is set to."""
    with Bed(*PATIENT, operations=sleepy) as bed:
        bed.begin()
        for jump in jumps(random, count):
            bed.faults.set_clock(jump)
            time.sleep(random.uniform(0, 1))
            bed.recover()
        result = bed.finish()
        result.broken += [f"{life.id} slept too little" for life in bed.load.lives
                          if life.ended and life.ended - life.began < SLEEP / 1000]
        return result


def set_between(random, count):
    """The server dies, and comes back on another clock: nothing waits until that has caught up, and no time goes back."""
    with Bed(*PATIENT, operations=sleepy) as bed:
        bed.begin()
        for jump in jumps(random, count):
            bed.server.kill()
            bed.faults.set_clock(jump)
            begin = time.monotonic()
            bed.server.restart()
            # More than were under way: nobody stands still.
            bed.load.until_told(3 * len(bed.load.threads))
            bed.recover(begin)
        return bed.finish()


def jumps(random, count):
    """Ahead, back, and to and fro."""
    return [(HOUR, -HOUR, 0, DAY, -DAY)[number % 5] + random.randrange(60) for number in range(count)]
