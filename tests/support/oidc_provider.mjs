// An authorization server as companies run them: registration, PKCE, resource indicators (RFC 8707), signed or opaque tokens.
// Arguments: the folder of npm packages, the port, `jwt` or `opaque`. It says `ready` when it listens.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [packages, port, format] = process.argv.slice(2);
const require = createRequire(`${packages}/`);
const { Provider } = await import(pathToFileURL(require.resolve('oidc-provider')).href);
const scopes = ['read', 'write', 'destructive', 'resources', 'prompts'];
const issuer = `http://127.0.0.1:${port}`;

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
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
