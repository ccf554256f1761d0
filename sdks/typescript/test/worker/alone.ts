// A process that finds no server at AETHER_SERVER: it starts one, and serves until it is told to end.
import { aether } from "../../src/index";

const client = aether();
const greet = client.workflow("greet", (context, name: string) => context.step("greet", () => `Hello, ${name}!`));

void client.serve([greet]).then(async () => console.log(await greet.startAndWait("World")));
