"""Several servers of one PostgreSQL database: they die, stand still, lose their database, come and go."""

import os
import signal
import time

import database
import postgres
import proxy
from bed import ANY, ONCE, Bed, lasting_port
from server import BINARY, Server

# Of the release before, for an upgrade; the same one again where there is none.
BEFORE = os.environ.get("AETHER_BINARY_BEFORE", BINARY)
NODES = 3
# So long a lease lasts, and a little.
LEASE = 11
# Longer than a server is away.
GRACE = "30000"


class ClusterBed(Bed):
    """Clients and workers are spread over all servers. With `way`, the last one reaches its database through it."""

    def __init__(self, *flags, way=None, **bed_is):
        self.flags, self.way = flags, way
        self.others = []
        super().__init__("--worker-grace-ms", GRACE, *flags, **bed_is)

    @property
    def nodes(self):
        return [self.server, *self.others]

    def make_ways(self, _):
        for number in range(1, NODES):
            folder = os.path.join(self.directory.name, f"node-{number}")
            os.mkdir(folder)
            url = self.server.database
            if self.way and number == NODES - 1:
                host = url.split("@")[1].split("/")[0]
                url = url.replace(host, self.way.reach(host))
            self.others.append(Server(folder, "--worker-grace-ms", GRACE, *self.flags, errors=self.errors,
                                      port=lasting_port(), database=url, binary=self.server.binary))
        return [node.target for node in self.nodes]

    def until_spread(self, timeout=60):
        """Waits until every server owns shards, and none is free."""
        def is_spread():
            rows = postgres.query(self.database, "SELECT coalesce(owner, ''), count(*) FROM aether.shard GROUP BY 1")
            return len(rows) == NODES and all(owner and int(count) > 40 for owner, count in rows)
        self.until(is_spread, "the shards are not spread over the servers", timeout)

    def finish(self):
        self.load.finish()
        for node in self.others:
            code = node.stop()
            if code:
                self.broken.append(f"a server ended with {code}")
        return super().finish()

    def __exit__(self, *arguments):
        for node in self.others:
            node.process.send_signal(signal.SIGCONT)
            node.process.kill()
            node.process.wait()
        super().__exit__(*arguments)


def harmed(harm, settle=2, steps=ANY, **bed_is):
    """Where workers find a server within their grace no step may run again: they keep their runs, whoever owns those."""
    def fault(random, count):
        with ClusterBed(steps=steps, clients=12, workers=6, patience=90, **bed_is) as bed:
            bed.until_spread()
            bed.begin()
            for _ in range(count):
                time.sleep(random.uniform(0, 1))
                harm(bed, random)
                bed.recover()
                time.sleep(settle)
            return bed.finish()
    return fault


def kill(bed, random):
    """A server is killed and comes back at once: its runs go on where it, or another one, takes them up."""
    node = random.choice(bed.nodes)
    node.kill()
    node.restart()


def lose(bed, random):
    """A server is killed and stays away until its lease is over: the others have taken its runs over by then."""
    node = random.choice(bed.nodes)
    owned = shards(bed, node)
    node.kill()
    bed.recovery = max(bed.recovery, taken_over(bed, owned))
    node.restart()


def shards(bed, node):
    """What a server owns, as a condition of SQL: who it is, and its shards."""
    port = node.ports["grpc"]
    rows = postgres.query(bed.database, f"SELECT n.id, s.id FROM aether.node n JOIN aether.shard s ON s.owner = n.id "
                                        f"WHERE n.address LIKE '%:{port}'")
    assert rows, f"the server at {port} owns nothing"
    return f"(owner IS NULL OR owner = '{rows[0][0]}') AND id IN ({','.join(shard for _, shard in rows)})"


def taken_over(bed, owned, timeout=30):
    """Waits until what a dead server owned is owned by others; returns how many seconds it took."""
    begin = time.monotonic()
    bed.until(lambda: postgres.query(bed.database, f"SELECT count(*) FROM aether.shard WHERE {owned}") == [["0"]],
              "the shards of the dead server were not taken over", timeout, pause=0.2)
    return time.monotonic() - begin


def pause(bed, random, node=None):
    """A server stands still for longer than its lease, and goes on as if nothing had happened: what it writes is refused."""
    node = node or random.choice(bed.nodes)
    node.process.send_signal(signal.SIGSTOP)
    time.sleep(LEASE + random.uniform(0, 4))
    node.process.send_signal(signal.SIGCONT)


def leave(bed, random):
    """A server stops as it should, and comes back."""
    node = random.choice(bed.nodes)
    node.stop()
    time.sleep(random.uniform(0, 2))
    node.restart()


def upgrade(random, count):
    """Servers of the release before are replaced one after the other, while clients and workers go on."""
    with ClusterBed(steps=ONCE, clients=12, workers=6, patience=90, binary=BEFORE) as bed:
        bed.until_spread()
        bed.begin()
        for node in random.sample(bed.nodes, NODES):
            node.stop()
            node.binary = BINARY
            node.restart()
            bed.recover()
            bed.until_spread()
        return bed.finish()


def cut_off(random, count):
    """A server does not reach its database for longer than its lease."""
    way = proxy.Proxy()
    try:
        return harmed(lambda _, random: cut(way, random), way=way)(random, count)
    finally:
        way.close()


def cut(way, random):
    """The server behind a way does not reach its database for longer than its lease."""
    way.become(random.choice([proxy.STALLED, proxy.DROPPING]))
    time.sleep(LEASE + random.uniform(0, 4))
    way.become(proxy.GOOD)


def restart_database(_, random):
    database.restart(random)
