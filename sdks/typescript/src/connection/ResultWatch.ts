import type { WatchedResult, WatchResultsRequest, WorkflowResult } from "../generated/client";
import { ClientService } from "../generated/services";
import type { Channel } from "../grpc/Channel";
import { GrpcCode } from "../grpc/GrpcCode";
import { GrpcError } from "../grpc/GrpcError";
import type { Init } from "../wire/Init";

interface Waiter {
  resolve(result: WorkflowResult): void;
  reject(error: unknown): void;
}

interface Stream {
  send(request: Init<WatchResultsRequest>): void;
  end(): void;
}

/** Waits for the ends of runs on one stream for all of them, made when the first is asked for and again when it breaks. */
export class ResultWatch {
  private readonly waiting = new Map<string, Set<Waiter>>();
  /** What the server is to be told. */
  private added = new Set<string>();
  private forgotten = new Set<string>();
  private stream: Stream | undefined;
  private isScheduled = false;

  constructor(private readonly channel: Channel) {}

  /** Waits for the end of a run. Throws GrpcError, when the stream breaks too; what the signal was aborted with. */
  result(id: string, signal?: AbortSignal): Promise<WorkflowResult> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.forget(id, waiter);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        resolve: (result) => (signal?.removeEventListener("abort", abort), resolve(result)),
        reject: (error) => (signal?.removeEventListener("abort", abort), reject(error)),
      };
      signal?.addEventListener("abort", abort, { once: true });
      const waiters = this.waiting.get(id) ?? new Set();
      this.waiting.set(id, waiters.add(waiter));
      this.added.add(id);
      this.forgotten.delete(id);
      this.schedule();
    });
  }

  private forget(id: string, waiter: Waiter): void {
    const waiters = this.waiting.get(id);
    if (!waiters?.delete(waiter) || waiters.size > 0) return;
    this.waiting.delete(id);
    if (!this.added.delete(id)) this.forgotten.add(id);
    this.schedule();
  }

  /** Behind the code that asks: what it asks in one go goes in one message. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => this.tell());
  }

  private tell(): void {
    this.isScheduled = false;
    if (this.waiting.size === 0) {
      // Nobody waits: the stream, which keeps the process alive, is not needed.
      this.stream?.end();
      this.stream = undefined;
      [this.added, this.forgotten] = [new Set(), new Set()];
      return;
    }
    const request = { workflowIds: [...this.added], forgottenWorkflowIds: [...this.forgotten] };
    [this.added, this.forgotten] = [new Set(), new Set()];
    if (request.workflowIds.length + request.forgottenWorkflowIds.length === 0) return;
    this.stream ??= this.open();
    this.stream.send(request);
  }

  private open(): Stream {
    const stream = this.channel.duplex(ClientService.watchResults, {
      onMessage: ({ results }) => {
        for (const result of results) this.take(result);
        if (this.waiting.size === 0) this.schedule();
      },
    });
    const end = (error: unknown): void => {
      if (this.stream === stream) this.breakOff(error);
    };
    stream.done.then(() => end(new GrpcError(GrpcCode.UNAVAILABLE, "the server ended the stream of results")), end);
    return stream;
  }

  private breakOff(error: unknown): void {
    this.stream = undefined;
    const waiters = [...this.waiting.values()].flatMap((waiters) => [...waiters]);
    this.waiting.clear();
    this.added.clear();
    for (const { reject } of waiters) reject(error);
  }

  private take({ workflowId, result, code, message }: WatchedResult): void {
    const waiters = this.waiting.get(workflowId) ?? [];
    this.waiting.delete(workflowId);
    for (const { resolve, reject } of waiters) {
      if (code === 0 && result) resolve(result);
      else reject(new GrpcError(code, message));
    }
  }
}
