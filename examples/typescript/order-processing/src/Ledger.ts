import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { StepContext } from "@aetherframework.ai/sdk";

export interface Order {
  id: string;
  item: string;
  quantity: number;
  card: string;
}

/** Stands for the shop's other services: writes one line for whatever happens to an order. One process at a time. */
export class Ledger {
  constructor(
    private readonly path: string,
    /** How many milliseconds a service takes to do something, and then again to answer: there is time for a crash in between. */
    private readonly delay: number,
  ) {}

  /** How many pieces of an item nobody has reserved. */
  async stock(item: string): Promise<number> {
    await pause(this.delay);
    if (item === "unobtainium") return 0;
    const count = (event: string): number => this.lines.filter((line) => line.includes(` ${event} `)).length;
    return 1000 - count("reserved") + count("released");
  }

  /**
   * Writes a line, unless there is one of this key: what is done again after a crash finds what it did before.
   *
   * @returns the number of the line, as a receipt.
   */
  async write(event: string, order: Order, key = StepContext.current?.idempotencyKey ?? ""): Promise<string> {
    await pause(this.delay);
    const receipt = this.append(`${order.id} ${event}`, key);
    await pause(this.delay);
    return receipt;
  }

  private append(text: string, key: string): string {
    const { lines } = this;
    const known = lines.findIndex((line) => line.endsWith(` [${key}]`));
    if (known >= 0) return `entry-${known + 1}`;
    const file = openSync(this.path, "a");
    try {
      writeSync(file, `${text} [${key}]\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return `entry-${lines.length + 1}`;
  }

  private get lines(): string[] {
    try {
      return readFileSync(this.path, "utf8").split("\n").slice(0, -1);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }
}
