import { spawn, type ChildProcess } from "node:child_process";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { aether, type AetherClient, type ClientOptions } from "../../src/index";
import { TestServer } from "../../src/testing";

const program = process.env.AETHER_BINARY ?? "aether";
const undo: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const step of undo.reverse()) await step();
});

/** A server of a test file; it goes when the file's tests are done. */
export async function startServer(...flags: string[]): Promise<TestServer> {
  const server = await TestServer.start({ program, flags });
  undo.push(() => server.stop());
  return server;
}

export function clientOf(server: TestServer, options: ClientOptions = {}): AetherClient {
  const client = aether({ serverUrl: server.url, startsServer: false, handlesSignals: false, ...options });
  undo.push(() => client.close());
  return client;
}

/** Stops something when the file's tests are done. */
export function later<T extends { stop(): Promise<unknown> }>(what: T): T {
  undo.push(() => what.stop());
  return what;
}

/** The worker process of the end-to-end tests, in Swift or TypeScript, which says when it has started. */
export class WorkerProcess {
  private output = "";
  private readonly child: ChildProcess;

  constructor(language: "swift" | "typescript", server: TestServer, id: string) {
    const typescript = [process.execPath, join(__dirname, "../worker/worker.js")] as const;
    const [command, ...flags] = language === "swift" ? [join(dirname(program), "end-to-end-worker")] : typescript;
    const env = { ...process.env, AETHER_SERVER: server.url, WORKER_ID: id };
    this.child = spawn(command, flags, { env, stdio: ["ignore", "pipe", "inherit"] });
    this.child.stdout?.on("data", (text) => (this.output += String(text)));
    undo.push(async () => this.kill());
  }

  async said(text: string): Promise<void> {
    while (!this.output.includes(text)) await pause(10);
  }

  kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.child.once("exit", () => resolve());
      this.child.kill("SIGKILL");
    });
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(10);
}
