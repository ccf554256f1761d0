import { randomUUID } from "node:crypto";
import { AetherError, WorkflowCancelled, WorkflowFailed } from "../api/errors";
import { encodeValue } from "../api/values";
import type { SignalMessage } from "../api/Workflow";
import { statusOf, type WorkflowStatus } from "../api/WorkflowStatus";
import type { SignalRequest, StartWorkflowRequest, WorkflowResult } from "../generated/client";
import { ClientService } from "../generated/services";
import { State, type Tier } from "../generated/types";
import { Channel } from "../grpc/Channel";
import type { ChannelOptions } from "../grpc/ChannelOptions";
import { GrpcCode } from "../grpc/GrpcCode";
import { GrpcError } from "../grpc/GrpcError";
import { inScope } from "../run/Scope";
import type { Init } from "../wire/Init";
import { CallBatches } from "./CallBatches";
import { aetherError } from "./errors";
import { ResultWatch } from "./ResultWatch";
import { pause, RetryDelay } from "./RetryDelay";
import { uuidV7 } from "./uuidV7";

export interface Start {
  type: string;
  input: unknown;
  id: string | undefined;
  tier: Tier;
  policy: number;
  signal: SignalMessage | undefined;
}

/** What a client asks of the server. Calls are repeated while the server is away. */
export class ClientConnection {
  private readonly channel: Channel;
  private readonly starts: CallBatches<Init<StartWorkflowRequest>, string>;
  private readonly results: ResultWatch;

  /** @param requestTimeout how many milliseconds a call is repeated while the server can't be reached. */
  constructor(
    private readonly options: ChannelOptions,
    private readonly requestTimeout: number,
  ) {
    this.channel = new Channel(options);
    this.results = new ResultWatch(this.channel);
    this.starts = new CallBatches<Init<StartWorkflowRequest>, string>(
      ({ input, signal }) => (input?.length ?? 0) + (signal?.payload?.length ?? 0),
      async (starts) => {
        const { answers } = await this.channel.unary(ClientService.startWorkflows, { starts });
        return answers.map(({ workflowId, code, message }) => (code === 0 ? { answer: workflowId } : { code, message }));
      },
    );
  }

  /** Starts a run; the id is made here, so that a repeated attempt finds the run of the first. */
  start({ type, input, id, tier, policy, signal }: Start): Promise<string> {
    const workflowId = id ?? uuidV7();
    const request: Init<StartWorkflowRequest> = {
      workflowType: type,
      input: encodeValue(input),
      workflowId,
      tier,
      idPolicy: policy,
      signal: signal && signalRequest(workflowId, signal),
    };
    return this.repeating(() => this.starts.answer(request));
  }

  async status(workflowId: string): Promise<WorkflowStatus> {
    return statusOf(await this.repeating(() => this.channel.unary(ClientService.getWorkflowStatus, { workflowId })));
  }

  async cancel(workflowId: string): Promise<void> {
    await this.repeating(() => this.channel.unary(ClientService.cancelWorkflow, { workflowId }));
  }

  async terminate(workflowId: string): Promise<void> {
    await this.repeating(() => this.channel.unary(ClientService.terminateWorkflow, { workflowId }));
  }

  async signal(workflowId: string, message: SignalMessage): Promise<void> {
    const request = signalRequest(workflowId, message);
    await this.repeating(() => this.channel.unary(ClientService.signalWorkflow, request));
  }

  async value(workflowId: string, name: string): Promise<Uint8Array | undefined> {
    const { isSet, value } = await this.repeating(() => this.channel.unary(ClientService.getValue, { workflowId, name }));
    return isSet ? value : undefined;
  }

  /** Waits for the end of a run, however long that takes and however often the server goes away meanwhile. */
  async outcome(workflowId: string, signal?: AbortSignal): Promise<Uint8Array> {
    for (;;) {
      const result = await this.repeating(() => this.results.result(workflowId, signal), Infinity, signal);
      if (result.state >= State.COMPLETED) return outcomeOf(workflowId, result);
    }
  }

  close(): Promise<void> {
    return this.channel.close();
  }

  /** Makes a call, again and again while the server can't be reached. Outside of any run, whose code may be what calls. */
  private async repeating<T>(call: () => Promise<T>, limit = this.requestTimeout, signal?: AbortSignal): Promise<T> {
    const deadline = performance.now() + limit;
    const delay = new RetryDelay(50, 2_000);
    for (;;) {
      try {
        return await inScope(undefined, call);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof GrpcError)) throw error;
        const wait = delay.next();
        if (!error.isTransient || performance.now() + wait > deadline) throw this.unreachable(error);
        await pause(wait, signal);
        signal?.throwIfAborted();
      }
    }
  }

  private unreachable(error: GrpcError): AetherError {
    if (error.code !== GrpcCode.UNAVAILABLE) return aetherError(error);
    const message = `the server at ${this.options.url} takes no call (${error.message}); is it running? Start it: aether serve`;
    return new AetherError("unavailable", message);
  }
}

function signalRequest(workflowId: string, { name, payload, id }: SignalMessage): Init<SignalRequest> {
  return { workflowId, name, payload: encodeValue(payload), signalId: id ?? randomUUID() };
}

function outcomeOf(workflowId: string, { state, result, error, failure }: WorkflowResult): Uint8Array {
  if (state === State.COMPLETED) return result;
  if (state === State.CANCELLED) throw new WorkflowCancelled(workflowId);
  throw new WorkflowFailed(workflowId, failure ?? { message: error, type: "", step: "", nonRetryable: false });
}
