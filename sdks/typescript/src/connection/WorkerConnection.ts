import { WorkerService } from "../generated/services";
import type {
  AdvanceRequest,
  AdvanceResponse,
  CompleteStepRequest,
  HeartbeatRequest,
  HeartbeatResponse,
  PollRequest,
  RegisterRequest,
  RegisterResponse,
  Task,
} from "../generated/worker";
import { Channel } from "../grpc/Channel";
import type { ChannelOptions } from "../grpc/ChannelOptions";
import type { Init } from "../wire/Init";
import { CallBatches } from "./CallBatches";

/** The calls of a worker, on a connection of their own. */
export class WorkerConnection {
  private readonly channel: Channel;
  private readonly completions: CallBatches<Init<CompleteStepRequest>, void>;

  constructor(options: ChannelOptions) {
    this.channel = new Channel(options);
    this.completions = new CallBatches(
      ({ result, error }) => (result?.length ?? 0) + (error?.length ?? 0),
      async (steps) => {
        const { answers } = await this.channel.unary(WorkerService.completeSteps, { steps });
        return answers.map(({ code, message }) => (code === 0 ? { answer: undefined } : { code, message }));
      },
    );
  }

  register(request: Init<RegisterRequest>): Promise<RegisterResponse> {
    return this.channel.unary(WorkerService.register, request, { timeout: 15_000 });
  }

  pollTasks(
    request: Init<PollRequest>,
    options: { signal: AbortSignal; onOpen: () => void; onMessage: (task: Task) => void },
  ): Promise<void> {
    return this.channel.receive(WorkerService.pollTasks, request, options);
  }

  advance(request: Init<AdvanceRequest>, options: { timeout?: number; signal?: AbortSignal }): Promise<AdvanceResponse> {
    return this.channel.unary(WorkerService.advance, request, options);
  }

  heartbeat(request: Init<HeartbeatRequest>, timeout: number): Promise<HeartbeatResponse> {
    return this.channel.unary(WorkerService.heartbeat, request, { timeout });
  }

  /** With what others complete at the time. */
  completeStep(request: Init<CompleteStepRequest>): Promise<void> {
    return this.completions.answer(request);
  }

  async completeStepOnce(request: Init<CompleteStepRequest>, timeout: number): Promise<void> {
    await this.channel.unary(WorkerService.completeStep, request, { timeout });
  }

  close(): Promise<void> {
    return this.channel.close();
  }
}
