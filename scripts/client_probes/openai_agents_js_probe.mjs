// OpenAI Agents SDK for TypeScript.
import { load, run } from "./connection.mjs";

const { MCPServerStdio, MCPServerStreamableHttp } = await load("@openai/agents");
await run("@openai/agents", async ({ command, environment, url }, call) => {
  const server = url
    ? new MCPServerStreamableHttp({ url, name: "server" })
    : new MCPServerStdio({ command, args: [], env: environment, name: "server" });
  await server.connect();
  const tools = await server.listTools();
  const result = await server.callTool(call.name, call.arguments);
  await server.close();
  return [tools.length, result[0]?.text ?? result];
});
