"""A PostgreSQL server that ends connections, is restarted, crashes, or can't be reached."""

import os
import time

import postgres
import proxy
from bed import ANY, ONCE, Bed
from disk import stays_read_only
from kills import PATIENT

# Set by chaos.py.
server = None


def harmed(harm, seconds=(0, 0.3)):
    """Whoever waits for it waits longer, and nothing else comes of it."""
    def fault(random, count):
        with Bed(*PATIENT, steps=ONCE) as bed:
            bed.begin()
            for _ in range(count):
                time.sleep(random.uniform(*seconds))
                harm(random)
                bed.recover()
            bed.until(lambda: not bed.ready(), "the server is not ready although its database is there")
            return bed.finish()
    return fault


def end_connections(_):
    """As an administrator does, or a proxy before it."""
    postgres.query(server.url + "/postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                   "WHERE application_name = 'aether'")


def restart(random):
    server.stop()
    time.sleep(random.uniform(0, 2))
    server.start()


def crash(random):
    server.crash()
    time.sleep(random.uniform(0, 2))
    server.start()


def away(random, count):
    """It is away for longer than a write waits: the server says that it is read-only, and goes on when it is back."""
    with Bed(*PATIENT, steps=ANY) as bed:
        bed.begin()
        for _ in range(count):
            server.stop()
            try:
                stays_read_only(bed, random.uniform(0, 1.5))
            finally:
                server.start()
            bed.recover()
            bed.until(lambda: not bed.ready(), "the server is not ready although its database is there")
        return bed.finish()


def bad_way(manner, seconds):
    """The way to it is bad for a while."""
    def fault(random, count):
        way = proxy.Proxy()
        before = os.environ[postgres.VARIABLE]
        host = before.rsplit("@", 1)[1]
        os.environ[postgres.VARIABLE] = before.replace(host, way.reach(host))
        try:
            with Bed(*PATIENT, steps=ANY) as bed:
                bed.begin()
                for _ in range(count):
                    way.become(manner)
                    time.sleep(random.uniform(*seconds))
                    way.become(proxy.GOOD)
                    bed.recover()
                return bed.finish()
        finally:
            os.environ[postgres.VARIABLE] = before
            way.close()
    return fault
