import { aether } from "@aetherframework.ai/sdk";

const client = aether();

const helloWorld = client.workflow("hello-world", async (ctx, name: string) => {
  const greeting = await ctx.step("create-greeting", async () => `Hello, ${name}!`);
  await ctx.step("log-greeting", async () => {
    console.log(`log: ${greeting}`);
  });
  return { message: greeting };
});

await client.serve([helloWorld], async () => {
  const id = await helloWorld.start("World");
  console.log(`started ${id}`);
  const { message } = await helloWorld.handle(id).result();
  console.log(message);
});
