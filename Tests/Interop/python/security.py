"""TLS, tokens, roles and the checks of HTTP, from outside: a client in Python, the command line and a Swift worker."""

import base64
import glob
import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

import aether_pb2 as api
import aether_pb2_grpc as stubs
from checks import check, equal, refused, run
from server import BINARY, serving

Code = grpc.StatusCode
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
SWIFT_WORKER = os.path.join(os.path.dirname(BINARY), "end-to-end-worker")
EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
ROLES = ("admin", "client", "worker", "read-only")


class Site:
    """A folder with certificates and tokens."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="aether-security-")
        for block in ("files", "client-certificate"):
            self.shell(documented(block))
        self.shell("cp ca.pem both.pem")
        self.authority("other")
        self.secrets = {role: os.urandom(24).hex() for role in ROLES}
        self.write_tokens(self.secrets)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def shell(self, text):
        subprocess.run(["bash", "-euc", text], cwd=self.folder.name, check=True, stderr=subprocess.DEVNULL)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder.name, check=True, stderr=subprocess.DEVNULL)

    def authority(self, name):
        self.openssl("req", "-x509", *EC, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")

    def certificate(self, name, by="ca", names="DNS:localhost,IP:127.0.0.1", days=1):
        """Makes name.pem and name.key; with days below 0 it has expired."""
        self.openssl("req", *EC, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        with open(self.path(f"{name}.ext"), "w") as file:
            file.write(f"subjectAltName={names}\n")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{by}.pem", "-CAkey", f"{by}.key", "-CAcreateserial",
                     "-days", str(days), "-extfile", f"{name}.ext", "-out", f"{name}.pem")

    def write_tokens(self, secrets, name="roles", mode=0o600):
        """Writes a tokens file, in one piece, with a token for each role."""
        with open(self.path(name + ".new"), "w") as file:
            os.chmod(self.path(name + ".new"), mode)
            file.writelines(f"{role} {role}-user {secret}\n" for role, secret in secrets.items())
        os.rename(self.path(name + ".new"), self.path(name))

    def serving(self, *flags, certificate="server", tokens="roles", client_authority="ca", under=()):
        security = ["--tls-cert", self.path(f"{certificate}.pem"), "--tls-key", self.path(f"{certificate}.key")]
        if tokens:
            security += ["--tokens-file", self.path(tokens)]
        if client_authority:
            security += ["--tls-client-ca", self.path(f"{client_authority}.pem")]
        return serving(*security, *flags, under=under)

    def channel(self, server, role=None, authority="ca", client="client", secret=None):
        """A connection that shows a client certificate and a token, unless they are None."""
        shown = (self.read(f"{client}.key"), self.read(f"{client}.pem")) if client else (None, None)
        credentials = grpc.ssl_channel_credentials(self.read(f"{authority}.pem"), *shown)
        secret = secret or (role and self.secrets[role])
        if secret:
            credentials = grpc.composite_channel_credentials(
                credentials, grpc.access_token_call_credentials(secret))
        return grpc.secure_channel(server.target, credentials)

    def command(self, server, *arguments, scheme="https", host="localhost", role="admin", authority="ca", client="client",
                **environment):
        """Runs the command line; returns exit code, standard output, standard error."""
        flags = ["--server", f"{scheme}://{host}:{server.ports['grpc']}", "--timeout", "5s"]
        if authority:
            flags += ["--tls-ca", self.path(f"{authority}.pem")]
        if client:
            flags += ["--tls-cert", self.path(f"{client}.pem"), "--tls-key", self.path(f"{client}.key")]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("AETHER_")}
        if role:
            clean["AETHER_TOKEN"] = self.secrets[role]
        process = subprocess.run([BINARY, *arguments, *flags], env=clean | environment, text=True, capture_output=True)
        return process.returncode, process.stdout, process.stderr

    def get(self, server, path, port="http", role=None, headers=None, client="client", method="GET"):
        """Asks for a page; returns the status, the headers and the text."""
        context = ssl.create_default_context(cafile=self.path("ca.pem"))
        if client:
            context.load_cert_chain(self.path(f"{client}.pem"), self.path(f"{client}.key"))
        connection = http.client.HTTPSConnection("localhost", server.ports[port], context=context, timeout=10)
        headers = dict(headers or {})
        if role:
            headers["Authorization"] = f"Bearer {self.secrets[role]}"
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()


def documented(block):
    """The commands of docs/security.md under a mark."""
    with open(os.path.join(ROOT, "docs", "security.md")) as file:
        return re.search(rf"<!-- {block} -->\n```sh\n(.*?)```", file.read(), re.S).group(1)


def start(channel, workflow_type="secured"):
    return stubs.ClientServiceStub(channel).StartWorkflow(
        api.StartWorkflowRequest(workflow_type=workflow_type, input=b"1"), timeout=10)


def lists(channel):
    return list(stubs.AdminServiceStub(channel).ListWorkflows(api.ListRequest(), timeout=10))


@check
def documented_commands(site):
    """The commands of docs/security.md, word by word, make a server and a client that work together."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["bash", "-euc", documented("files")], cwd=folder, check=True, stderr=subprocess.DEVNULL)
        flags = documented("server").split()
        equal(flags[:2], ["aether", "serve"])
        with serving(*[os.path.join(folder, f) if "." in f or f == "tokens" else f for f in flags[2:]]) as server:
            command = documented("client").replace("aether ", BINARY + " ", 1).replace("7233", str(server.ports["grpc"]))
            process = subprocess.run(["bash", "-euc", command], cwd=folder, capture_output=True, text=True)
            equal((process.returncode, process.stderr), (0, "No workflows yet.\n"))


@check
def mutual_tls(site):
    """Only a client with a certificate of the right CA is let in, and only a server with one is trusted."""
    site.certificate("stranger", by="other")
    site.certificate("expired-client", days=-1)
    with site.serving() as server:
        start(site.channel(server, "admin"))
        for client in (None, "stranger", "expired-client"):
            refused(Code.UNAVAILABLE, start, site.channel(server, "admin", client=client))
        refused(Code.UNAVAILABLE, start, site.channel(server, "admin", authority="other"))
        equal(site.command(server, "workflow", "list", "--json")[0], 0)
        for keywords, pattern in [
            ({"client": None}, "asks for a client certificate"),
            ({"client": "stranger"}, "does not trust the certificate of this client"),
            ({"client": "expired-client"}, "does not trust the certificate of this client"),
            ({"authority": "other"}, "is not trusted"),
            ({"authority": None}, "is not trusted"),
        ]:
            code, output, errors = site.command(server, "workflow", "list", **keywords)
            equal((code, output), (69, ""))
            assert re.search(pattern, errors) and errors.count("\n") == 1, errors


@check
def server_certificates(site):
    """A server whose certificate has expired, or is for another name, is not trusted."""
    site.certificate("expired", days=-1)
    site.certificate("misnamed", names="DNS:other.example")
    for certificate, pattern in (("expired", "not valid at this time"), ("misnamed", "another name")):
        with site.serving(certificate=certificate) as server:
            refused(Code.UNAVAILABLE, start, site.channel(server, "admin"))
            for host in ("localhost", "127.0.0.1"):
                code, _, errors = site.command(server, "workflow", "list", host=host)
                equal(code, 69)
                assert re.search(pattern, errors), errors


@check
def mixed_up(site):
    """Plaintext to a server of TLS, and TLS to one of plaintext, say what is wrong."""
    with site.serving() as server:
        code, _, errors = site.command(server, "workflow", "list", scheme="http")
        equal(code, 69)
        assert "use https://" in errors, errors
        refused(Code.UNAVAILABLE, start, grpc.insecure_channel(server.target))
    with serving() as server:
        code, _, errors = site.command(server, "workflow", "list")
        equal(code, 69)
        assert "does not speak TLS" in errors, errors


@check
def old_tls(site):
    """TLS before 1.2 is not spoken, and HTTP/2 has to be asked for on the port of gRPC."""
    with site.serving(client_authority=None) as server:
        def connect(port, protocols, maximum):
            context = ssl.create_default_context(cafile=site.path("ca.pem"))
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, maximum
            # Debian's own setting keeps its clients from offering the old versions.
            context.set_ciphers("DEFAULT@SECLEVEL=0")
            context.set_alpn_protocols(protocols)
            with socket.create_connection(("localhost", server.ports[port]), timeout=5) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as connection:
                    return connection.version(), connection.selected_alpn_protocol()
        equal(connect("grpc", ["h2"], ssl.TLSVersion.TLSv1_3), ("TLSv1.3", "h2"))
        equal(connect("grpc", ["h2"], ssl.TLSVersion.TLSv1_2), ("TLSv1.2", "h2"))
        for port in ("grpc", "http", "metrics"):
            try:
                connect(port, ["h2"], ssl.TLSVersion.TLSv1_1)
            except ssl.SSLError:
                continue
            raise AssertionError(f"TLS 1.1 on the port of {port}")


@check
def roles(site):
    """Each role may do what is its own; without a token, or with another, nothing but health answers."""
    with site.serving() as server:
        register = api.RegisterRequest(worker_id="w", provides=[api.ServiceResource(name="t", type=api.WORKFLOW)])
        calls = {
            "start": lambda c: start(c, "t"),
            "list": lists,
            "register": lambda c: stubs.WorkerServiceStub(c).Register(register, timeout=10),
        }
        allowed = {"start": {"admin", "client"}, "list": {"admin", "client", "read-only"}, "register": {"admin", "worker"}}
        for name, call in calls.items():
            for role in ROLES:
                channel = site.channel(server, role)
                if role in allowed[name]:
                    call(channel)
                else:
                    message = refused(Code.PERMISSION_DENIED, call, channel)
                    assert f'"{role}-user" has the role {role}' in message and "needs admin" in message, message
            for secret in (None, "x" * 48, site.secrets["admin"] + "0", site.secrets["admin"][:-1]):
                refused(Code.UNAUTHENTICATED, call, site.channel(server, secret=secret))
        for role in (None, *ROLES):
            health = health_pb2_grpc.HealthStub(site.channel(server, role))
            equal(health.Check(health_pb2.HealthCheckRequest(), timeout=10).status, health_pb2.HealthCheckResponse.SERVING)

        def services(channel):
            stub = reflection_pb2_grpc.ServerReflectionStub(channel)
            return list(stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="*")]), timeout=10))
        equal(len(services(site.channel(server, "worker"))), 1)
        refused(Code.UNAUTHENTICATED, services, site.channel(server))
        nowhere = site.channel(server).unary_unary("/aether.v1.Nowhere/Nothing")
        refused(Code.UNAUTHENTICATED, nowhere, b"", timeout=10)
        code, _, errors = site.command(server, "workflow", "start", "t", role="read-only")
        equal(code, 1)
        assert "needs admin or client" in errors, errors
        code, _, errors = site.command(server, "workflow", "list", role=None)
        equal(code, 1)
        assert "AETHER_TOKEN" in errors, errors


@check
def pages(site):
    """Pages want a token, as Bearer or as a browser sends it; health and metrics' port want no certificate."""
    with site.serving() as server:
        for port, path in (("http", "/"), ("metrics", "/metrics")):
            status, headers, _ = site.get(server, path, port)
            equal(status, 401)
            challenges = headers.get_all("WWW-Authenticate")
            assert any(c.startswith("Bearer") for c in challenges) and any(c.startswith("Basic") for c in challenges)
            equal(site.get(server, path, port, role="worker")[0], 403)
            status, headers, text = site.get(server, path, port, role="read-only")
            equal(status, 200)
            assert "default-src 'self'" in headers["Content-Security-Policy"]
            basic = base64.b64encode(f"me:{site.secrets['admin']}".encode()).decode()
            equal(site.get(server, path, port, headers={"Authorization": f"Basic {basic}"})[0], 200)
            equal(site.get(server, path, port, role="admin", headers={"Host": "evil.example"})[0], 421)
            equal(site.get(server, path, port, role="admin", method="POST", headers={"Origin": "https://evil.example"})[0], 403)
            for health in ("/healthz", "/readyz"):
                equal(site.get(server, health, port)[0], 200)
        assert f"https://localhost:{server.ports['grpc']}" in site.get(server, "/", role="admin")[2]
        equal(site.get(server, "/metrics", "metrics", role="read-only", client=None)[0], 200)
        try:
            site.get(server, "/", role="admin", client=None)
        except (ssl.SSLError, ConnectionError):
            pass
        else:
            raise AssertionError("a page without a client certificate")
    with site.serving("--allowed-hosts", "aether.example,b.example", tokens=None) as server:
        equal(site.get(server, "/", headers={"Host": "b.example:99"})[0], 200)
        equal(site.get(server, "/", headers={"Host": "c.example"})[0], 421)


def logged(folder):
    """A server under this writes its log into the folder."""
    return ("sh", "-c", f'exec "$@" 2>{folder}/log', "sh")


def wait_for_line(path, pattern):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with open(path) as file:
            if re.search(pattern, file.read()):
                return
        time.sleep(0.05)
    raise AssertionError(f"no {pattern!r} in the log")


@check
def renewal(site):
    """SIGHUP takes other tokens and certificates; what a removed token had under way ends; a broken file changes nothing."""
    secrets = dict(site.secrets)
    site.write_tokens(secrets, "renewed-roles")
    site.certificate("renewed")
    with tempfile.TemporaryDirectory() as folder:
        with site.serving(certificate="renewed", tokens="renewed-roles", under=logged(folder)) as server:
            log = os.path.join(folder, "log")
            worker, admin = site.channel(server, "worker"), site.channel(server, "admin")
            stub = stubs.WorkerServiceStub(worker)
            stub.Register(api.RegisterRequest(worker_id="w"), timeout=10)
            tasks = stub.PollTasks(api.PollRequest(worker_id="w"), timeout=60)
            watch = health_pb2_grpc.HealthStub(admin).Watch(health_pb2.HealthCheckRequest(), timeout=60)
            next(watch)

            def peer_serial():
                context = ssl.create_default_context(cafile=site.path("ca.pem"))
                context.load_cert_chain(site.path("client.pem"), site.path("client.key"))
                context.set_alpn_protocols(["h2"])
                with socket.create_connection(("localhost", server.ports["grpc"]), timeout=5) as plain:
                    with context.wrap_socket(plain, server_hostname="localhost") as connection:
                        return connection.getpeercert()["serialNumber"]
            before = peer_serial()
            equal(peer_serial(), before)

            removed = secrets.pop("worker")
            site.write_tokens(secrets, "renewed-roles")
            site.certificate("renewed")
            server.process.send_signal(signal.SIGHUP)
            message = refused(Code.UNAUTHENTICATED, list, tasks)
            assert "removed" in message, message
            refused(Code.UNAUTHENTICATED, stub.Register, api.RegisterRequest(worker_id="w"), timeout=10)
            lists(admin)
            assert peer_serial() != before

            with open(site.path("renewed-roles"), "w") as file:
                file.write("admin\n")
            with open(site.path("renewed.pem"), "w") as file:
                file.write("nothing\n")
            server.process.send_signal(signal.SIGHUP)
            wait_for_line(log, "error.*certificates stay as they were.*renewed.pem has no PEM certificate")
            wait_for_line(log, "error.*tokens stay as they were.*line 1 is not of the form")
            lists(site.channel(server, "admin"))

            # Without a signal it is noticed too, in ten seconds.
            site.write_tokens(secrets | {"worker": removed}, "renewed-roles")
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                try:
                    stub.Register(api.RegisterRequest(worker_id="w"), timeout=10)
                    break
                except grpc.RpcError as error:
                    equal(error.code(), Code.UNAUTHENTICATED)
                    time.sleep(0.2)
            stub.Register(api.RegisterRequest(worker_id="w"), timeout=10)
            equal(server.stop(), 0)


@check
def no_secret_is_told(site):
    """At the most talkative log level, in errors, arguments and files of the server, no token is found."""
    with tempfile.TemporaryDirectory() as folder:
        with site.serving("--log-level", "trace", under=logged(folder)) as server:
            for role in ROLES:
                channel = site.channel(server, role)
                for call in (start, lists):
                    try:
                        call(channel)
                    except grpc.RpcError:
                        pass
                site.get(server, "/", role=role)
            refused(Code.UNAUTHENTICATED, start, site.channel(server, secret="guess-" + "x" * 40))
            code, output, errors = site.command(server, "status", "nothing")
            with open(f"/proc/{server.process.pid}/cmdline") as file:
                told = file.read() + output + errors
            server.process.send_signal(signal.SIGHUP)
            wait_for_line(os.path.join(folder, "log"), "tokens were read again")
            equal(server.stop(), 0)
            told += server.process.stdout.read()
            for path in glob.glob(os.path.join(server.directory, "**"), recursive=True) + [os.path.join(folder, "log")]:
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        told += file.read().decode(errors="replace")
        assert "tokens were read again" in told and "secured" in told
        for secret in (*site.secrets.values(), "guess-"):
            assert secret not in told


@check
def refused_addresses(site):
    """A server for other machines needs TLS and tokens; the error names what is missing."""
    def serve(*flags, **environment):
        with tempfile.TemporaryDirectory() as folder:
            clean = {k: v for k, v in os.environ.items() if not k.startswith("AETHER_")}
            process = subprocess.run(
                [BINARY, "serve", "--host", "0.0.0.0", "--grpc-port", "0", "--http-port", "0", "--no-metrics", *flags],
                cwd=folder, env=clean | environment, capture_output=True, text=True, timeout=30)
            return process.returncode, process.stderr
    tls = ("--tls-cert", site.path("server.pem"), "--tls-key", site.path("server.key"))
    for flags, missing in (
        ((), "TLS (--tls-cert, --tls-key) and tokens (--tokens-file)"), (tls, "without tokens (--tokens-file)"),
        (("--tokens-file", site.path("roles")), "without TLS (--tls-cert, --tls-key):"),
    ):
        code, errors = serve(*flags)
        equal((code, errors.count("\n")), (1, 1))
        assert missing in errors, errors
    site.write_tokens(site.secrets, "open-roles", 0o644)
    for flags, environment, pattern in (
        ((*tls, "--tokens-file", site.path("open-roles")), {}, "chmod 600"),
        ((*tls, "--tokens-file", "/nonexistent"), {}, "/nonexistent .*can't be read"),
        ((*tls, "--tokens-file", site.path("roles")), {"AETHER_TOKENS": "x"}, "one of the two"),
        (("--tls-cert", site.path("server.pem"), "--tls-key", site.path("client.key"), "--insecure"), {}, "does not fit"),
        (("--tls-cert", "/nonexistent", "--tls-key", site.path("server.key"), "--insecure"), {}, "/nonexistent can't be read"),
    ):
        code, errors = serve(*flags, **environment)
        equal((code, errors.count("\n")), (1, 1))
        assert re.search(pattern, errors), errors
    equal(serve("--tls-cert", site.path("server.pem"), "--insecure")[0], 64)
    with serving("--host", "0.0.0.0", *tls, under=("env", f"AETHER_TOKENS=admin a {site.secrets['admin']}")) as server:
        start(site.channel(server, "admin", client=None))
        refused(Code.UNAUTHENTICATED, start, site.channel(server, client=None))


@check
def token_over_plaintext(site):
    """The command line sends its token to another machine over TLS only, unless told otherwise."""
    with serving("--host", "0.0.0.0", "--insecure") as server:
        # An address of this machine that isn't loopback stands for another machine.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))
            host = probe.getsockname()[0]
        code, _, errors = site.command(server, "workflow", "list", scheme="http", host=host)
        equal(code, 1)
        assert "not sent to" in errors and site.secrets["admin"] not in errors, errors
        equal(site.command(server, "workflow", "list", "--insecure", scheme="http", host=host)[0], 0)


@check
def token_file(site):
    """The command line takes its token from a file, if only its owner can read it."""
    with site.serving() as server:
        equal(site.command(server, "workflow", "list", "--token-file", site.path("mine"), role=None)[0], 1)
        with open(site.path("mine"), "w") as file:
            file.write(site.secrets["client"] + "\n")
        code, _, errors = site.command(server, "workflow", "list", "--token-file", site.path("mine"), role=None)
        equal(code, 1)
        assert "chmod 600" in errors, errors
        os.chmod(site.path("mine"), 0o600)
        equal(site.command(server, "workflow", "list", "--token-file", site.path("mine"), role=None)[0], 0)


@check
def end_to_end(site):
    """A worker in Swift and the command line, each with its certificate and its token, run a workflow over mutual TLS."""
    with site.serving() as server:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("AETHER_")}
        environment = clean | {
            "AETHER_SERVER": f"https://localhost:{server.ports['grpc']}", "AETHER_TLS_CA": site.path("ca.pem"),
            "AETHER_TLS_CLIENT_CERT": site.path("client.pem"), "AETHER_TLS_CLIENT_KEY": site.path("client.key"),
        }
        without = subprocess.run([SWIFT_WORKER], env=environment, capture_output=True, text=True, timeout=60)
        assert without.returncode != 0 and "AETHER_TOKEN" in without.stderr, without
        worker = subprocess.Popen([SWIFT_WORKER], env=environment | {"AETHER_TOKEN": site.secrets["worker"]},
                                  stdout=subprocess.DEVNULL)
        try:
            for _ in range(3):
                code, output, errors = site.command(
                    server, "workflow", "start", "ten-steps", "--input", "2", "--wait", "--timeout", "30s", role="client")
                equal((code, output), (0, "110\n"))
        finally:
            worker.terminate()
            worker.wait(timeout=30)


if __name__ == "__main__":
    sys.exit(run(Site()))
