// Mastra: each tool becomes one of its own, with a schema of its own kind.
import { load, run } from "./connection.mjs";

const { MCPClient } = await load("@mastra/mcp");
await run("@mastra/mcp", async ({ command, environment, url }, call) => {
  const start = url ? { url: new URL(url) } : { command, args: [], env: environment };
  const client = new MCPClient({ id: url ?? command, servers: { server: start } });
  const tools = await (client.listTools ?? client.getTools).call(client);
  const result = await tools[`server_${call.name}`].execute(call.arguments, {});
  await client.disconnect();
  return [Object.keys(tools).length, result];
});
