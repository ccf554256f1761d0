// Takes an order through inventory, reservation, payment and shipping. When one of them fails, what the earlier ones did
// is undone: see README.md.
import { aether, WorkflowFailed } from "@aetherframework.ai/sdk";
import { Ledger, type Order } from "./Ledger.js";

class OutOfStock extends Error {
  constructor(item: string) {
    super(`${item} is out of stock`);
  }
}

class CardDeclined extends Error {
  constructor(card: string) {
    super(`card ${card} was declined`);
  }
}

const { ORDER_DELAY_MS = "50", ORDER_LEDGER = "order-ledger.txt" } = process.env;
const ledger = new Ledger(ORDER_LEDGER, Number(ORDER_DELAY_MS));
const client = aether();

const charge = client.activity(
  "charge",
  { retry: { initial: 200, attempts: 5, nonRetryable: ["CardDeclined"] }, timeout: { seconds: 10 }, heartbeatTimeout: { seconds: 3 } },
  async (context, order: Order) => {
    if (order.card === "expired") throw new CardDeclined(order.card);
    await context.heartbeat({ progress: 0.5 });
    return ledger.write("charged", order, context.idempotencyKey);
  },
);

const processOrder = client.workflow("process-order", async (ctx, order: Order) => {
  await ctx.step("check-inventory", async () => {
    if ((await ledger.stock(order.item)) <= 0) throw new OutOfStock(order.item);
  });

  const reservation = await ctx.step("reserve", () => ledger.write("reserved", order));
  ctx.compensate(() => ctx.step("release", () => ledger.write(`released ${reservation}`, order)));

  const payment = await ctx.activity(charge, [order]);
  ctx.compensate(() => ctx.step("refund", () => ledger.write(`refunded ${payment}`, order)));

  // The customer may change their mind. It could as well be days: while it waits, a run costs nothing.
  await ctx.sleep({ seconds: 1 });

  const shipment = await ctx.step("ship", () => {
    if (order.quantity > 100) throw new OutOfStock(order.item);
    return ledger.write("shipped", order);
  });
  return { payment, shipment };
});

await client.serve([processOrder, charge], async () => {
  const orders: Order[] = [
    { id: "order-1", item: "book", quantity: 1, card: "4242" },
    { id: "order-2", item: "book", quantity: 1, card: "expired" },
    { id: "order-3", item: "book", quantity: 500, card: "4242" },
    { id: "order-4", item: "unobtainium", quantity: 1, card: "4242" },
  ];
  for (const order of orders) {
    try {
      // The order's id is the run's: running the example again finds the same runs and charges nobody twice.
      const receipt = await processOrder.with({ id: order.id }).startAndWait(order);
      console.log(`${order.id}: paid by ${receipt.payment}, sent as ${receipt.shipment}`);
    } catch (error) {
      if (!(error instanceof WorkflowFailed)) throw error;
      console.log(`${order.id}: ${error.reason} in step ${error.step}`);
    }
  }
});
