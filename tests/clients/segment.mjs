// Tells what a shop tells, by the official client of Segment for Node, unchanged: `node segment.mjs URL KEY`.
import { Analytics } from "@segment/analytics-node";

const [, , host, writeKey] = process.argv;
const failures = [];
const analytics = new Analytics({ writeKey, host, path: "/v1/batch", flushAt: 20, flushInterval: 200, maxRetries: 3 });
analytics.on("error", (error) => failures.push(error));

analytics.page({ anonymousId: "node-visitor", name: "Home", properties: { path: "/" } });
analytics.identify({
  userId: "node-1",
  anonymousId: "node-visitor",
  traits: { email: "node@example.com", firstName: "Nora", lastName: "Node", address: { city: "Oslo" } },
});
for (let at = 0; at < 50; at += 1) {
  analytics.track({ userId: "node-1", event: "Order Paid", properties: { amount: 1.5, orderId: `o${at}`, items: [] } });
}
analytics.track({ userId: "node-1", event: "Something Else" });
analytics.group({ userId: "node-1", groupId: "acme", traits: { employees: 12 } });
analytics.screen({ userId: "node-1", name: "Basket" });
analytics.alias({ userId: "node-1", previousId: "node-other" });
await analytics.closeAndFlush();
if (failures.length > 0) {
  console.error(failures);
  process.exit(1);
}
