// LangChain.js: each tool becomes one of its own.
import { load, run } from "./connection.mjs";

const { MultiServerMCPClient } = await load("@langchain/mcp-adapters");
await run("@langchain/mcp-adapters", async ({ command, environment, url }, call) => {
  const start = url ? { transport: "http", url } : { transport: "stdio", command, args: [], env: environment };
  const client = new MultiServerMCPClient({ mcpServers: { server: start } });
  const tools = await client.getTools();
  const result = await tools.find(({ name }) => name === call.name).invoke(call.arguments);
  await client.close();
  return [tools.length, result];
});
