// A process whose workflows do not await promises that are rejected, at once or ever: it must go on. With the argument "own" one of its
// own is rejected, which ends it.
import { aether, StepFailed } from "../../src/index";

const client = aether({ startsServer: false });
const careless = client.workflow("careless", async (context) => {
  const fails = (name: string): Promise<never> =>
    context.step(name, () => {
      throw new Error("told late");
    });
  const helper = async (): Promise<never> => fails("helped");
  const late = [fails("direct"), helper(), Promise.all([fails("a"), fails("b")])];
  void fails("never").catch(() => undefined);
  void helper();
  await context.sleep(50);
  const outcomes = await Promise.allSettled(late);
  return outcomes.every((outcome) => outcome.status === "rejected" && outcome.reason instanceof StepFailed);
});

void client.serve([careless], async () => {
  console.log(await careless.startAndWait());
  if (process.argv.includes("own")) {
    void Promise.reject(new Error("mine"));
    await new Promise((resolve) => setTimeout(resolve, 5_000));
  }
});
