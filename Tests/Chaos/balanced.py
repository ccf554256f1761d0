"""Three servers of one PostgreSQL database behind nginx, many workers, and everything that happens to such a cluster, in turn."""

import os
import signal
import subprocess
import time

import cluster
import proxy
from bed import ANY, lasting_port
from load import briefly

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORKERS, CLIENTS = 20, 60
# Of each fault, so many workflows; 40 faults see 20,000 through.
WORKFLOWS_A_FAULT = 500
# From one fault to the next.
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
    """A server dies every other time; else one stands still, is cut off from the database, or the database is restarted."""
    way = proxy.Proxy()
    takeovers = []

    def lose(bed, random):
        begin = time.monotonic()
        cluster.lose(bed, random)
        takeovers.append(time.monotonic() - begin)

    others = [cluster.pause, cluster.restart_database, lambda _, random: cluster.cut(way, random)]
    try:
        with BalancedBed(way=way, steps=ANY, clients=CLIENTS, workers=WORKERS, patience=120, operations=briefly) as bed:
            bed.until_spread()
            bed.begin()
            for number in range(count):
                begin = time.monotonic()
                (others[number // 2 % len(others)] if number % 2 else lose)(bed, random)
                bed.recover()
                time.sleep(max(0, INTERVAL - (time.monotonic() - begin)))
            while len(bed.load.lives) < count * WORKFLOWS_A_FAULT and not bed.load.failures:
                time.sleep(0.1)
            result = bed.finish()
            took = sorted(takeovers)
            print(f"cluster-balanced: {len(bed.load.lives)} workflows, {WORKERS} workers; {len(took)} takeovers, "
                  f"median {took[len(took) // 2]:.1f} s, p99 {took[min(len(took) - 1, len(took) * 99 // 100)]:.1f} s", flush=True)
            return result
    finally:
        way.close()
