import { aether } from "@aetherframework.ai/sdk";

const client = aether();

const helloWorld = client.workflow("hello-world", async (ctx, name) => {
  const greeting = await ctx.step("create-greeting", async () => `Hello, ${name}!`);
  await ctx.step("log-greeting", async () => {
    console.log(greeting);
  });
  return { message: greeting };
});

const worker = await client.serve([helloWorld]);
console.log(await helloWorld.startAndWait("World"));
await worker.stop();
