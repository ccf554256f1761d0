"""Three servers of one PostgreSQL database behind nginx, many workers, and everything that happens to such a cluster, in turn."""

import os
import signal
import subprocess
import threading
import time
import traceback

import cluster
import postgres
import proxy
from bed import ANY, lasting_port
from load import briefly

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORKERS, CLIENTS = 20, 60
# Of each fault, so many workflows; 40 faults see 20,000 through.
WORKFLOWS_A_FAULT = 500
# From one fault to the next, in seconds.
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


class Deaths:
    """Servers that are killed; each comes back once the others have its shards, while more may die."""

    def __init__(self, bed):
        self.bed = bed
        self.threads, self.takeovers, self.failures = {}, [], []

    @property
    def alive(self):
        return [node for node in self.bed.nodes if node not in self.threads or not self.threads[node].is_alive()]

    def kill(self, random):
        if not self.alive:
            self.over()
        node = random.choice(self.alive)
        name = postgres.query(self.bed.database, f"SELECT id FROM aether.node WHERE address LIKE '%:{node.ports['grpc']}'")
        node.kill()
        self.threads[node] = threading.Thread(target=self._bury, args=(node, name[0][0] if name else ""), daemon=True)
        self.threads[node].start()

    def _bury(self, node, name):
        try:
            begin = time.monotonic()
            self.bed.until(lambda: not self._owns(name), "the shards of a dead server were not taken over", 60)
            self.takeovers.append(time.monotonic() - begin)
            node.restart()
        except Exception:  # It is told with what else is wrong.
            self.failures.append(traceback.format_exc())

    def _owns(self, name):
        rows = postgres.query(self.bed.database, f"SELECT count(*) FROM aether.shard WHERE owner IS NULL OR owner = '{name}'")
        return int(rows[0][0]) > 0

    def over(self):
        """Waits until all are back."""
        for thread in self.threads.values():
            thread.join()


def everything(random, count):
    """A server dies every ten seconds; every fourth time one stands still instead, or is cut off from the database, or that is restarted."""
    way = proxy.Proxy()
    others = [cluster.pause, cluster.restart_database, lambda _, random: cluster.cut(way, random)]
    try:
        with BalancedBed(way=way, steps=ANY, clients=CLIENTS, workers=WORKERS, patience=120, operations=briefly) as bed:
            bed.until_spread()
            bed.begin()
            deaths = Deaths(bed)
            for number in range(count):
                begin = time.monotonic()
                if number % 4 == 1:
                    deaths.over()
                    others[number // 4 % len(others)](bed, random)
                else:
                    deaths.kill(random)
                bed.recover()
                time.sleep(max(0, INTERVAL - (time.monotonic() - begin)))
            deaths.over()
            bed.broken += deaths.failures
            while len(bed.load.lives) < count * WORKFLOWS_A_FAULT and not bed.load.failures:
                time.sleep(0.1)
            result = bed.finish()
            took = sorted(deaths.takeovers)
            print(f"cluster-balanced: {len(bed.load.lives)} workflows, {WORKERS} workers; {len(took)} takeovers, "
                  f"median {took[len(took) // 2]:.1f} s, p99 {took[min(len(took) - 1, len(took) * 99 // 100)]:.1f} s", flush=True)
            return result
    finally:
        way.close()
