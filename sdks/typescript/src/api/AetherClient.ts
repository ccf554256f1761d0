import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { ClientConnection } from "../connection/ClientConnection";
import { WorkerConnection } from "../connection/WorkerConnection";
import type { ChannelOptions } from "../grpc/ChannelOptions";
import { LocalServer } from "../worker/LocalServer";
import { Worker } from "../worker/Worker";
import { Activity, type ActivityFunction, type ActivityOptions } from "./Activity";
import { type Duration, toMilliseconds } from "./duration";
import { type Logger, standardErrorLogger } from "./Logger";
import type { Servable } from "./Servable";
import { ServingWorker } from "./ServingWorker";
import { Workflow, type WorkflowFunction, type WorkflowOptions } from "./Workflow";

/** Where the server is, and how this process works. */
export interface ClientOptions {
  /** The server's URL; `AETHER_SERVER` of the environment, else `http://localhost:7233`, unless given. */
  serverUrl?: string;
  /** This worker's name, one for each process, by which the server and the journals call it; made up unless given. */
  workerId?: string;
  /** The service this worker is part of: activities that ask for a service go to its workers only. */
  service?: string;
  /** How long a call is repeated while the server can't be reached, before it throws; 30 seconds unless given. */
  requestTimeout?: Duration;
  /**
   * How many runs and activities this worker executes at once, at least 1; 1,000 unless given. A run that only waits, for a timer, a
   * child, an activity or a signal, does not count.
   */
  maximumConcurrentTasks?: number;
  /**
   * How many runs this worker keeps in memory, those that only wait included; 10,000 unless given. Those that have waited longest are
   * given back to the server, and come back with their journals once something they wait for happens.
   */
  maximumRunsInMemory?: number;
  /** How long steps under way may go on when the worker ends; 10 seconds unless given. */
  shutdownGrace?: Duration;
  /** Whether `serve` starts `aether serve` beside this process when nothing listens at a URL of this machine; yes unless given. */
  startsServer?: boolean;
  /** Whether SIGINT and SIGTERM let the worker end, with its steps under way, and then the process; yes unless given. */
  handlesSignals?: boolean;
  /** What the server knows this process by; `AETHER_TOKEN` of the environment unless given. Sent over TLS, or to this machine, only. */
  token?: string;
  /** PEM files, for a URL of `https`; those that `AETHER_TLS_CA`, `AETHER_TLS_CLIENT_CERT` and `AETHER_TLS_CLIENT_KEY` name unless given. */
  tls?: { caFile?: string; certificateFile?: string; keyFile?: string };
  /** Whether the token may go to other machines without TLS too: for networks that nobody else reads. */
  allowsPlaintextToken?: boolean;
  /** Hears of trouble with the server; warnings and errors go to standard error unless given. */
  logger?: Logger;
}

/**
 * The way to an Aether server: makes workflows, starts them, and serves them as a worker. One a process is enough. It connects when it is
 * first used, and again whenever the connection breaks; a connection that nobody waits on does not keep the process alive.
 */
export class AetherClient {
  readonly serverUrl: string;
  readonly workerId: string;
  /** @internal */
  readonly connection: ClientConnection;
  private readonly channelOptions: ChannelOptions;
  private readonly logger: Logger;

  /** @throws TypeError for a URL, duration or number that can't be used. */
  constructor(private readonly options: ClientOptions = {}) {
    this.serverUrl = options.serverUrl ?? (environment("AETHER_SERVER") || "http://localhost:7233");
    this.workerId = options.workerId ?? `${hostname()}-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
    this.logger = options.logger ?? standardErrorLogger;
    this.channelOptions = channelOptions(this.serverUrl, options);
    for (const name of ["maximumConcurrentTasks", "maximumRunsInMemory"] as const) {
      const count = options[name];
      if (count === undefined || (Number.isInteger(count) && count > 0)) continue;
      throw new TypeError(`${name} is ${count}, and must be a whole number from 1`);
    }
    this.connection = new ClientConnection(this.channelOptions, toMilliseconds(options.requestTimeout ?? 30_000, "requestTimeout"));
  }

  /**
   * Declares a workflow.
   *
   * @param name the type under which it is started and served; the same in every process and release.
   * @param body the workflow: its first parameter is the context, which says what it may do. Without one, the workflow is declared
   *   elsewhere, in whatever language, and can be started here.
   */
  workflow<A extends unknown[], R>(name: string, body: WorkflowFunction<A, R>): Workflow<A, Awaited<R>>;
  workflow<A extends unknown[], R>(name: string, options: WorkflowOptions, body: WorkflowFunction<A, R>): Workflow<A, Awaited<R>>;
  workflow<A extends unknown[], R>(name: string, options?: WorkflowOptions): Workflow<A, R>;
  workflow<A extends unknown[], R>(
    name: string,
    ...rest: [(WorkflowFunction<A, R> | WorkflowOptions)?, WorkflowFunction<A, R>?]
  ): Workflow<A, R> {
    const [options, body] = optionsAndBody<WorkflowOptions, WorkflowFunction<A, R>>(rest, `workflow "${name}"`);
    checkName(name, "workflow");
    return new Workflow(name, this, options, body);
  }

  /**
   * Declares an activity.
   *
   * An attempt that throws, takes too long or whose worker is lost is followed by another, if the retry policy says so; unless given that
   * is for ever, with delays of a second to a minute. `NonRetryableError` stops at once.
   *
   * @param name under which workflows of any language call it, and workers offer it.
   * @param body the work; without one, the activity is done elsewhere, by workers of another process or language.
   */
  activity<A extends unknown[], R>(name: string, body: ActivityFunction<A, R>): Activity<A, Awaited<R>>;
  activity<A extends unknown[], R>(name: string, options: ActivityOptions, body: ActivityFunction<A, R>): Activity<A, Awaited<R>>;
  activity<A extends unknown[], R>(name: string, options?: ActivityOptions): Activity<A, R>;
  activity<A extends unknown[], R>(
    name: string,
    ...rest: [(ActivityFunction<A, R> | ActivityOptions)?, ActivityFunction<A, R>?]
  ): Activity<A, R> {
    const [options, body] = optionsAndBody<ActivityOptions, ActivityFunction<A, R>>(rest, `activity "${name}"`);
    checkName(name, "activity");
    return new Activity(name, options, body);
  }

  /**
   * Serves workflows and activities as a worker, until it is stopped: with what this returns, or by SIGINT or SIGTERM.
   *
   * Returns once the server knows the worker. While the server is away the worker keeps its runs and tries again. When nothing listens
   * at the URL and that is of this machine, `aether serve` is started beside this process, and stopped with the worker.
   *
   * @param servables each name once.
   * @throws AetherError when the server refuses the registration, or there is none and none can be started.
   */
  async serve(servables: readonly Servable[]): Promise<ServingWorker>;
  /**
   * Serves workflows and activities while a function runs. When it has ended, the worker takes no new tasks, lets steps and activities
   * under way end for `shutdownGrace`, and gives its runs back to the server, where another worker can go on with them.
   *
   * @returns what the function returned.
   */
  async serve<T>(servables: readonly Servable[], body: (client: this) => T | PromiseLike<T>): Promise<T>;
  async serve<T>(servables: readonly Servable[], body?: (client: this) => T | PromiseLike<T>): Promise<T | ServingWorker> {
    const { startsServer = true, handlesSignals = true } = this.options;
    const worker = new Worker(this.workerOptions, servables, new WorkerConnection(this.channelOptions));
    const server = startsServer ? await LocalServer.startIfNothingListens(this.serverUrl, this.logger) : undefined;
    const serving = new ServingWorker(worker, server, handlesSignals);
    await serving.registered();
    if (!body) return serving;
    try {
      return await body(this);
    } finally {
      await serving.stop();
    }
  }

  private get workerOptions(): ConstructorParameters<typeof Worker>[0] {
    const { service = "", maximumConcurrentTasks = 1_000, maximumRunsInMemory = 10_000, shutdownGrace = 10_000 } = this.options;
    return {
      workerId: this.workerId,
      service,
      maximumConcurrentTasks,
      maximumRunsInMemory,
      shutdownGrace: toMilliseconds(shutdownGrace, "shutdownGrace"),
      logger: this.logger,
    };
  }

  /** Closes the connection; calls under way fail. */
  close(): Promise<void> {
    return this.connection.close();
  }
}

/** Makes a client; nothing is connected yet. */
export function aether(options: ClientOptions = {}): AetherClient {
  return new AetherClient(options);
}

function optionsAndBody<Options extends object, Body>(rest: [(Body | Options)?, Body?], what: string): [Options, Body | undefined] {
  const [options, body] = typeof rest[0] === "function" ? [{} as Options, rest[0] as Body] : [(rest[0] ?? {}) as Options, rest[1]];
  if (body !== undefined && typeof body !== "function") throw new TypeError(`the function of ${what} is a ${typeof body}`);
  return [options, body];
}

function checkName(name: string, kind: string): void {
  if (typeof name !== "string" || name === "") throw new TypeError(`the name of a ${kind} is a text that is not empty`);
}

function channelOptions(url: string, { token, tls, allowsPlaintextToken }: ClientOptions): ChannelOptions {
  const options: ChannelOptions = { url, userAgent: `aether-typescript/${version()}` };
  const knownToken = token ?? environment("AETHER_TOKEN");
  if (knownToken) options.token = knownToken;
  if (allowsPlaintextToken) options.allowsPlaintextToken = true;
  const files = {
    caFile: tls?.caFile ?? environment("AETHER_TLS_CA"),
    certificateFile: tls?.certificateFile ?? environment("AETHER_TLS_CLIENT_CERT"),
    keyFile: tls?.keyFile ?? environment("AETHER_TLS_CLIENT_KEY"),
  };
  options.tls = Object.fromEntries(Object.entries(files).filter(([, file]) => file)) as NonNullable<ChannelOptions["tls"]>;
  return options;
}

function environment(name: string): string | undefined {
  return process.env[name] || undefined;
}

function version(): string {
  const manifest = JSON.parse(readFileSync(require.resolve("../../package.json"), "utf8")) as { version: string };
  return manifest.version;
}
