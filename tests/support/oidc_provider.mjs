// An authorization server as companies run them: registration, PKCE, resource indicators (RFC 8707), signed or opaque tokens.
// Arguments: the folder of npm packages, `jwt` or `opaque`. It prints its issuer when it listens.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [packages, format] = process.argv.slice(2);
const require = createRequire(`${packages}/`);
const { Provider } = await import(pathToFileURL(require.resolve('oidc-provider')).href);
const scopes = ['read', 'write', 'destructive', 'resources', 'prompts'];
const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  scopes: ['openid', 'offline_access', ...scopes],
  clients: [
    { client_id: 'resource-server', client_secret: 'resource-secret', redirect_uris: [], response_types: [], grant_types: [] },
    {
      client_id: 'known-client',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1:9/callback'],
    },
    {
      client_id: 'cli-client',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['http://127.0.0.1/callback'],
    },
  ],
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  ttl: { AccessToken: 600, Grant: 600, Interaction: 600, Session: 600 },
  features: {
    registration: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        scope: scopes.join(' '),
        audience: resource,
        accessTokenFormat: format,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});
server.on('request', provider.callback());
console.log(issuer);
