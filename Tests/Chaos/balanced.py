"""Three servers of one PostgreSQL database behind nginx, many workers, and everything that happens to such a cluster, in turn."""

import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import cluster
import proxy
from bed import ANY, lasting_port
from load import briefly

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORKERS, CLIENTS = 20, 60
# Of each kill, so many workflows; 40 kills see 20,000 through.
WORKFLOWS_A_KILL = 500
# Seconds from one kill to the next.
INTERVAL = 10


class BalancedBed(cluster.ClusterBed):
    """Every call of clients and workers goes through nginx to whichever server is next, as in examples/cluster."""

    def make_ways(self, _):
        super().make_ways(_)
        self.balancer = lasting_port()
        with open(os.path.join(ROOT, "examples/cluster/nginx.conf")) as file:
            text = file.read()
        folder = os.path.join(self.directory.name, "nginx")
        os.mkdir(folder)
        values = {"DIRECTORY": folder, "GRPC": self.balancer, "HTTP": lasting_port()}
        for number, node in enumerate(self.nodes, 1):
            values |= {f"GRPC_{number}": node.ports["grpc"], f"HTTP_{number}": node.ports["http"]}
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        path = os.path.join(folder, "nginx.conf")
        with open(path, "w") as file:
            file.write(text)
        self.nginx = subprocess.Popen(["nginx", "-p", folder, "-c", path], stderr=self.errors)
        return [f"127.0.0.1:{self.balancer}"] * CLIENTS

    def __exit__(self, *arguments):
        self.nginx.send_signal(signal.SIGTERM)
        self.nginx.wait()
        super().__exit__(*arguments)


def everything(random, count):
    """A server is killed every ten seconds. Every second one comes back at once and the others only when what they owned is
    taken over; and meanwhile another one stands still, is cut off from the database, or the database is restarted."""
    way = proxy.Proxy()
    takeovers = []
    out = set()

    def without(node, act, *arguments):
        """One server is out of it for the time of an act."""
        try:
            act(*arguments)
        finally:
            out.discard(node)

    def die(bed, node, comes_at_once):
        owned = cluster.shards(bed, node)
        node.kill()
        if comes_at_once:
            node.restart()
        takeovers.append(cluster.taken_over(bed, owned))
        if not comes_at_once:
            node.restart()

    def others(bed):
        """What happens beside the kills, in turn, and to whom."""
        while True:
            node = random.choice(bed.nodes)
            yield node, cluster.pause, bed, random, node
            yield None, cluster.restart_database, bed, random
            yield bed.nodes[-1], cluster.cut, way, random

    try:
        with (BalancedBed(way=way, steps=ANY, clients=CLIENTS, workers=WORKERS, patience=120, operations=briefly) as bed,
              ThreadPoolExecutor() as background):
            bed.until_spread()
            bed.begin()
            acts = []
            other = others(bed)

            def begin(node, *act):
                out.add(node)
                acts.append(background.submit(without, node, *act))
                bed.recover()

            for number in range(count):
                turn = time.monotonic()
                node = random.choice([node for node in bed.nodes if node not in out])
                begin(node, die, bed, node, number % 2 == 1)
                if number % 4 == 1:
                    bed.until(lambda: not out, "a server that was killed is not back", 30)
                    begin(*next(other))
                time.sleep(max(0, INTERVAL - (time.monotonic() - turn)))
            for act in acts:
                act.result()
            while len(bed.load.lives) < count * WORKFLOWS_A_KILL and not bed.load.failures:
                time.sleep(0.1)
            result = bed.finish()
            took = sorted(takeovers)
            print(f"cluster-balanced: {len(bed.load.lives)} workflows, {WORKERS} workers; {len(took)} kills, takeover "
                  f"median {took[len(took) // 2]:.1f} s, p99 {took[min(len(took) - 1, len(took) * 99 // 100)]:.1f} s", flush=True)
            return result
    finally:
        way.close()
