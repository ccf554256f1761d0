#!/usr/bin/env python3
"""Two servers of one database that speak mutual TLS with one another and show a token: secured.py PATH-OF-AETHER.

Each answers of the workflows of the other; one that has no token to show does not start.
"""

import os
import pathlib
import secrets
import subprocess
import sys
import tempfile
import time

BINARY = os.path.realpath(sys.argv[1])
os.environ["AETHER_BINARY"] = BINARY
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Interop/python"))

import postgres  # noqa: E402  (these stand with other tests)
from server import Server  # noqa: E402

EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1")


class Bed:
    def __init__(self, folder, database):
        self.folder, self.database = folder, database
        self.token = secrets.token_hex(32)
        self.openssl("req", "-x509", *EC, "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem")
        for name in ("one", "two", "client"):
            self.openssl("req", *EC, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
            self.write(f"{name}.ext", "subjectAltName=DNS:localhost,IP:127.0.0.1\n")
            self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                         "-days", "1", "-extfile", f"{name}.ext", "-out", f"{name}.pem")
        self.write("roles", f"admin node {self.token}\n")
        self.write("token", self.token + "\n")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, stderr=subprocess.DEVNULL)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(os.open(self.path(name), os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(text)

    def flags(self, name):
        return ("--tls-cert", self.path(f"{name}.pem"), "--tls-key", self.path(f"{name}.key"),
                "--tls-client-ca", self.path("ca.pem"), "--tokens-file", self.path("roles"))

    def serving(self, name):
        os.mkdir(self.path(name))
        return Server(self.path(name), *self.flags(name), environment={"AETHER_NODE_TOKEN": self.token}, database=self.database)

    def aether(self, server, *arguments):
        done = subprocess.run(
            [BINARY, *arguments, "--server", f"https://127.0.0.1:{server.ports['grpc']}", "--tls-ca", self.path("ca.pem"),
             "--tls-cert", self.path("client.pem"), "--tls-key", self.path("client.key"), "--token-file", self.path("token")],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=60)
        assert done.returncode == 0, f"aether {' '.join(arguments)}: {done.stdout}"
        return done.stdout


def refused(bed):
    """Without a token to show, it says which variable is missing."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AETHER_")}
    done = subprocess.run(
        [BINARY, "serve", "--grpc-port", "0", "--http-port", "0", "--no-metrics", "--db", bed.database, *bed.flags("one")],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=60)
    assert done.returncode != 0 and "AETHER_NODE_TOKEN" in done.stdout, done.stdout


def spread(bed):
    rows = postgres.query(bed.database, "SELECT owner, count(*) FROM aether.shard GROUP BY 1")
    return len(rows) == 2 and all(owner and int(count) > 60 for owner, count in rows)


def main():
    with postgres.Postgres() as server, tempfile.TemporaryDirectory() as folder:
        os.environ[postgres.VARIABLE] = server.url
        bed = Bed(folder, postgres.database("secured"))
        one, two = bed.serving("one"), bed.serving("two")
        try:
            deadline = time.monotonic() + 60
            while not spread(bed):
                assert time.monotonic() < deadline, "the shards are not spread over the two servers"
                time.sleep(0.1)
            # Of 16 ids, all those of one server: one time in 30,000.
            for number in range(16):
                bed.aether(one, "workflow", "start", "order", "--id", f"order-{number}")
                assert f"order-{number}" in bed.aether(two, "status", f"order-{number}")
            refused(bed)
        finally:
            codes = [node.stop() for node in (one, two)]
        assert codes == [0, 0], codes
    print("two servers with mutual TLS and tokens answer for one another")


if __name__ == "__main__":
    main()
