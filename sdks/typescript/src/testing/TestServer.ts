import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestServerOptions {
  /** The program; that of `AETHER_BIN` of the environment, else `aether` on the PATH, unless given. */
  program?: string;
  /** Further flags of `aether serve`. */
  flags?: readonly string[];
}

/**
 * An `aether serve` for tests: on free ports, with a database of its own in a temporary folder, which goes with it.
 *
 * ```ts
 * const server = await TestServer.start();
 * const client = aether({ serverUrl: server.url });
 * …
 * await server.stop();
 * ```
 */
export class TestServer {
  private constructor(
    private readonly options: TestServerOptions,
    private readonly folder: string,
    private child: ChildProcess,
    /** For `serverUrl`; the same after `restart`. */
    readonly url: string,
  ) {}

  /** Returns once it serves. Throws when there is no such program, or it ends at once. */
  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const folder = await mkdtemp(join(tmpdir(), "aether-"));
    try {
      const { child, port } = await launch(options, folder, 0);
      return new TestServer(options, folder, child, `http://localhost:${port}`);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Ends the server as a crash would. */
  async kill(): Promise<void> {
    await end(this.child, "SIGKILL");
  }

  /** Starts it again where clients and workers know it, with its database. */
  async restart(): Promise<void> {
    this.child = (await launch(this.options, this.folder, Number(new URL(this.url).port))).child;
  }

  /** Ends the server and removes its folder. */
  async stop(): Promise<void> {
    await end(this.child, "SIGTERM");
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function launch(options: TestServerOptions, folder: string, port: number): Promise<{ child: ChildProcess; port: number }> {
  const { program = process.env.AETHER_BIN || "aether", flags = [] } = options;
  const ready = join(folder, "ready.json");
  await rm(ready, { force: true });
  const ports = ["--grpc-port", `${port}`, "--http-port", "0", "--metrics-port", "0"];
  const child = spawn(program, ["serve", ...ports, "--db", join(folder, "aether.db"), "--ready-file", ready, ...flags], {
    cwd: folder,
    // Settings of the program's own server are none of this one's.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AETHER_"))),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (text) => (said = `${said}${String(text)}`.slice(-2_000)));
  await new Promise<void>((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`can't start ${program}: ${error.message}`)));
    child.once("exit", (code, signal) => reject(new Error(`${program} serve ended at once (${signal ?? `exit code ${code}`}): ${said}`)));
    // It prints its first line when it serves.
    child.stdout.once("data", () => resolve());
  });
  child.stdout.resume();
  for (const part of [child, child.stdout, child.stderr]) (part as { unref?: () => void }).unref?.();
  const { grpc } = JSON.parse(await readFile(ready, "utf8")) as { grpc: number };
  return { child, port: grpc };
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.ref();
    child.once("exit", () => resolve());
    child.kill(signal);
  });
}
