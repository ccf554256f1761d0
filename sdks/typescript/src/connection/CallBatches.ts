import { GrpcCode } from "../grpc/GrpcCode";
import { GrpcError } from "../grpc/GrpcError";

/** How many calls are under way at once. */
const callsInFlight = 2;
/** What one call carries at most, in requests and in bytes of values. */
const maximumRequests = 1_000;
const maximumBytes = 1024 * 1024;

interface Waiting<Request, Answer> {
  request: Request;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** One request's part of a call's answer. */
export type Part<Answer> = { answer: Answer } | { code: number; message: string };

/** Makes what many ask in as few calls as it takes: what accumulates while calls are under way goes with the next one. */
export class CallBatches<Request, Answer> {
  private waiting: Waiting<Request, Answer>[] = [];
  private callCount = 0;
  private isScheduled = false;

  /** @param call makes a call, whose parts are in the order of the requests. */
  constructor(
    private readonly size: (request: Request) => number,
    private readonly call: (requests: Request[]) => Promise<Part<Answer>[]>,
  ) {}

  /** Makes a request. Throws GrpcError. */
  answer(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, resolve, reject });
      this.schedule();
    });
  }

  /** Behind the code that asks: what it asks in one go goes in one call. */
  private schedule(): void {
    if (this.isScheduled || this.callCount >= callsInFlight) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      if (this.waiting.length > 0) void this.send();
    });
  }

  private async send(): Promise<void> {
    const batch = this.takeBatch();
    this.callCount += 1;
    if (this.waiting.length > 0) this.schedule();
    try {
      const parts = await this.call(batch.map(({ request }) => request));
      batch.forEach((waiting, index) => settle(waiting, parts[index]));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    this.callCount -= 1;
    if (this.waiting.length > 0) this.schedule();
  }

  private takeBatch(): Waiting<Request, Answer>[] {
    let [bytes, count] = [0, 0];
    for (const { request } of this.waiting) {
      bytes += this.size(request);
      if (count === maximumRequests || (count > 0 && bytes > maximumBytes)) break;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }
}

function settle<Request, Answer>({ resolve, reject }: Waiting<Request, Answer>, part: Part<Answer> | undefined): void {
  if (!part) reject(new GrpcError(GrpcCode.INTERNAL, "the server's answer has too few parts"));
  else if ("answer" in part) resolve(part.answer);
  else reject(new GrpcError(part.code, part.message));
}
