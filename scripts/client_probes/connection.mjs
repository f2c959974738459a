// The part that the probes of all npm packages share: read a target, connect, make a call, print JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const require = createRequire(`${folder}/package.json`);
export const load = (name) => import(pathToFileURL(require.resolve(name)));

// `connect` takes a target, `{command, environment}` or `{url}`, and a call; it returns the number of tools and the result.
export async function run(name, connect) {
  const { target, call } = JSON.parse(readFileSync(0, "utf8"));
  const [tools, result] = await connect(target, call);
  const { version } = JSON.parse(readFileSync(`${folder}/node_modules/${name}/package.json`, "utf8"));
  console.log(JSON.stringify({ version, tools, text: typeof result === "string" ? result : JSON.stringify(result) }));
  process.exit(0);
}

// A client of the MCP SDK for TypeScript, connected by a command or URL.
export async function connected({ command, args = [], environment, url }) {
  const { Client } = await load("@modelcontextprotocol/sdk/client/index.js");
  const { StdioClientTransport } = await load("@modelcontextprotocol/sdk/client/stdio.js");
  const { StreamableHTTPClientTransport } = await load("@modelcontextprotocol/sdk/client/streamableHttp.js");
  const client = new Client({ name: "probe", version: "1" });
  await client.connect(
    url ? new StreamableHTTPClientTransport(new URL(url)) : new StdioClientTransport({ command, args, env: environment }),
  );
  return client;
}

export async function listedAndCalled(client, { name, arguments: given }) {
  const { tools } = await client.listTools();
  const result = await client.callTool({ name, arguments: given });
  await client.close();
  return [tools.length, result.content[0].text];
}
