import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { AetherError } from "../api/errors";
import type { Logger } from "../api/Logger";
import { pause } from "../connection/RetryDelay";

const defaultPort = 7233;
const dashboardPort = 7234;
const probeTimeout = 1_000;
/** A server that has a large database to read takes a while. */
const startTimeout = 60_000;
const stopTimeout = 30_000;

/** An `aether serve` that this process has started, as there was none. */
export class LocalServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly ended: Promise<string>,
  ) {
    // Should this process end without `stop`.
    process.once("exit", this.kill);
  }

  /**
   * Starts a server at a URL of this machine where nothing listens.
   *
   * @returns `undefined` when there is a server, or the URL is another machine's or one of TLS.
   * @throws AetherError `unavailable` when there is no program to start, or it does not come up.
   */
  static async startIfNothingListens(serverUrl: string, logger: Logger): Promise<LocalServer | undefined> {
    const url = new URL(serverUrl);
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const port = Number(url.port || defaultPort);
    if (url.protocol !== "http:" || !["localhost", "127.0.0.1", "::1"].includes(host)) return undefined;
    if (await isListening(host, port)) return undefined;
    const httpPort = (await isListening(host, dashboardPort)) ? 0 : dashboardPort;
    const server = LocalServer.spawn(host, port, httpPort);
    await server.untilListening(host, port);
    const dashboard = httpPort === 0 ? "" : ` (dashboard: http://localhost:${httpPort})`;
    logger.warn(`nothing listened at ${serverUrl}: aether serve runs until this process ends${dashboard}`);
    return server;
  }

  private static spawn(host: string, port: number, httpPort: number): LocalServer {
    const program = process.env.AETHER_BIN || "aether";
    const ports = ["--grpc-port", `${port}`, "--http-port", `${httpPort}`, "--metrics-port", "0"];
    const flags = ["serve", "--host", host === "localhost" ? "127.0.0.1" : host, ...ports];
    // In a process group of its own: Ctrl-C ends this process, which gives its tasks back before it stops the server.
    const child = spawn(program, flags, { stdio: ["ignore", "ignore", "inherit"], detached: true });
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ENOENT" ? missing(program) : error.message));
      child.once("exit", (code, signal) => resolve(`aether serve ended at once (${signal ?? `exit code ${code}`}); what it said is above`));
    });
    return new LocalServer(child, ended);
  }

  private async untilListening(host: string, port: number): Promise<void> {
    let problem: string | undefined;
    void this.ended.then((reason) => (problem = reason));
    const deadline = performance.now() + startTimeout;
    while (!(await isListening(host, port))) {
      if (performance.now() > deadline) problem ??= `aether serve does not answer after ${startTimeout / 1000} seconds`;
      if (problem !== undefined) {
        this.kill();
        throw new AetherError("unavailable", `nothing listens at ${host}:${port}, and no server can be started: ${problem}`);
      }
      await pause(30);
    }
    // It must not keep this process alive.
    this.child.unref();
  }

  private readonly kill = (): void => {
    process.removeListener("exit", this.kill);
    this.child.kill("SIGTERM");
  };

  /** Lets the server drain and end. */
  async stop(): Promise<void> {
    this.child.ref();
    this.kill();
    const timer = setTimeout(() => this.child.kill("SIGKILL"), stopTimeout);
    await this.ended;
    clearTimeout(timer);
  }
}

function missing(program: string): string {
  const install = "install it (scripts/install.sh in the sources of Aether), set AETHER_BIN to the program, or start a server and give its serverUrl";
  return `there is no program "${program}"${process.env.AETHER_BIN ? ", which AETHER_BIN names" : " on the PATH"}; ${install}`;
}

/** Whether something takes connections there. */
function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: probeTimeout });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}
