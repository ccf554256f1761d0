import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "./support";

/** A real `aether serve` on a free port, with a database of its own; the binary is named by AETHER_BINARY. */
export class AetherServer {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(context: Context, ...flags: string[]): Promise<AetherServer> {
    const directory = mkdtempSync(join(tmpdir(), "aether-grpc-"));
    const ready = join(directory, "ready.json");
    const ports = ["--grpc-port", "0", "--http-port", "0", "--metrics-port", "0"];
    const files = ["--db", join(directory, "aether.db"), "--ready-file", ready];
    const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AETHER_")));
    const child = spawn(String(process.env["AETHER_BINARY"]), ["serve", ...ports, ...files, ...flags], {
      cwd: directory,
      env: environment,
      stdio: ["ignore", "pipe", "ignore"],
    });
    context.after(() => {
      child.kill("SIGKILL");
      rmSync(directory, { recursive: true, force: true });
    });
    // It prints its first line when it serves.
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once("data", () => resolve());
      child.once("close", (code) => reject(new Error(`the server did not start: exit code ${code}`)));
    });
    const { grpc } = JSON.parse(readFileSync(ready, "utf8")) as { grpc: number };
    return new AetherServer(`http://127.0.0.1:${grpc}`, child);
  }

  /** Resolves when the process has ended. */
  stop(signal: NodeJS.Signals): Promise<void> {
    const { process } = this;
    return new Promise((resolve) => {
      process.once("close", () => resolve());
      process.kill(signal);
    });
  }
}
