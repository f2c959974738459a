// The TypeScript SDK's own client signs in at a server, calls a tool, refreshes its token and calls again.
// Arguments: the folder of npm packages, `sdk` (1.x) or `client` (2.x), the server's URL. It prints the URL to open, reads the
// callback's query from a line of its input, and prints the texts of both results.
import { createInterface } from 'node:readline/promises';
import { pathToFileURL } from 'node:url';

const [packages, generation, serverUrl] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${packages}/@modelcontextprotocol/${path}`).href);
const { Client } = await load(generation === 'sdk' ? 'sdk/dist/esm/client/index.js' : 'client/dist/index.mjs');
const { StreamableHTTPClientTransport } = await load(
  generation === 'sdk' ? 'sdk/dist/esm/client/streamableHttp.js' : 'client/dist/index.mjs',
);

const kept = {};
const authProvider = {
  redirectUrl: 'http://127.0.0.1:9/callback',
  clientMetadata: {
    client_name: 'TypeScript',
    redirect_uris: ['http://127.0.0.1:9/callback'],
    token_endpoint_auth_method: 'none',
  },
  state: () => 'a-state-of-the-typescript-client',
  clientInformation: () => kept.client,
  saveClientInformation: (client) => (kept.client = client),
  tokens: () => kept.tokens,
  saveTokens: (tokens) => (kept.tokens = tokens),
  redirectToAuthorization: (url) => console.log(url.href),
  saveCodeVerifier: (verifier) => (kept.verifier = verifier),
  codeVerifier: () => kept.verifier,
  saveDiscoveryState: (state) => (kept.discovery = state),
  discoveryState: () => kept.discovery,
};

async function call() {
  const client = new Client({ name: 'typescript', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(serverUrl), { authProvider }));
  const result = await client.callTool({ name: 'echo', arguments: { text: `hello ${kept.tokens.scope}` } });
  await client.close();
  return JSON.stringify(result.structuredContent ?? result.content);
}

const first = new StreamableHTTPClientTransport(new URL(serverUrl), { authProvider });
try {
  await new Client({ name: 'typescript', version: '1' }).connect(first);
} catch (error) {
  if (error.constructor.name !== 'UnauthorizedError') throw error;
}
const input = createInterface({ input: process.stdin });
const query = new URLSearchParams(await input.question(''));
input.close();
await first.finishAuth(generation === 'sdk' ? query.get('code') : query);
console.log(await call());
const before = kept.tokens.refresh_token;
kept.tokens = { ...kept.tokens, access_token: 'expired' }; // refused, so that the client refreshes
console.log(await call());
console.log(kept.tokens.refresh_token === before ? 'the same' : 'refreshed');
