// MCP SDK for TypeScript.
import { connected, listedAndCalled, run } from "./connection.mjs";

await run("@modelcontextprotocol/sdk", async (target, call) => listedAndCalled(await connected(target), call));
