// AI SDK: each tool becomes one of the SDK's own, whose input schema is JSON schema.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.argv[2]}/package.json`);
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { experimental_createMCPClient, createMCPClient } = await load("@ai-sdk/mcp");
const { Experimental_StdioMCPTransport, StdioMCPTransport } = await load("@ai-sdk/mcp/mcp-stdio");
const { asSchema } = await load("ai");
const Transport = StdioMCPTransport ?? Experimental_StdioMCPTransport;

const found = new Map();
for (const { server, command, environment } of JSON.parse(readFileSync(0, "utf8"))) {
  const transport = new Transport({ command, args: [], env: environment });
  const client = await (createMCPClient ?? experimental_createMCPClient)({ transport });
  for (const [name, tool] of Object.entries(await client.tools())) {
    const schema = await asSchema(tool.inputSchema).jsonSchema;
    found.set(`${server} ${name}`, schema?.type === "object" ? "" : "its arguments are no object");
  }
  await client.close();
}
const refused = [...found].filter(([, reason]) => reason).map(([name, reason]) => `${name}: ${reason}`);
const { version } = JSON.parse(readFileSync(`${process.argv[2]}/node_modules/@ai-sdk/mcp/package.json`, "utf8"));
console.log(JSON.stringify({ version, tools: found.size, refused }));
