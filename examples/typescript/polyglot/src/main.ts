// One half in TypeScript, one in Swift: each has a workflow that calls an activity of the other. See README.md.
import { aether } from "@aetherframework.ai/sdk";

interface Invoice {
  customer: string;
  cents: number;
  country: string;
}

const client = aether();

// Done by the Swift worker. Declared without a function it is known by its name and types only.
const addTax = client.activity<[invoice: Invoice], number>("add-tax", { retry: { attempts: 3 } });

// Run by the Swift worker; it calls "render", which is below.
const remind = client.workflow<[invoice: Invoice], string>("remind");

const bill = client.workflow("bill", async (ctx, invoice: Invoice) => {
  const total = await ctx.activity(addTax, [invoice]);
  return ctx.step("write", () => `${invoice.customer} owes ${(total / 100).toFixed(2)}`);
});

const render = client.activity("render", (_, { customer, cents }: Invoice) => `Dear ${customer}, ${(cents / 100).toFixed(2)} are due.`);

await client.serve([bill, render], async () => {
  const invoice = { customer: "Ada", cents: 10_000, country: "de" };
  console.log(await bill.startAndWait(invoice));
  console.log(await remind.startAndWait(invoice));
});
