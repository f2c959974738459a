// mcp-remote: a host that takes commands only starts it, and it connects to the URL.
import { connected, listedAndCalled, run } from "./connection.mjs";

const program = `${process.argv[2]}/node_modules/mcp-remote/dist/proxy.js`;
await run("mcp-remote", async ({ url }, call) => {
  const target = { command: process.execPath, args: [program, url, "--allow-http"], environment: process.env };
  return listedAndCalled(await connected(target), call);
});
