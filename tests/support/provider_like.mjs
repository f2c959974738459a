// npm's oidc-provider configured like one of four providers at which clients cannot register.
// Arguments: the folder of npm packages, the profile, the redirect URI of the registered client. It prints its issuer.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [packages, profile, redirectUri] = process.argv.slice(2);
const require = createRequire(`${packages}/`);
const { Provider } = await import(pathToFileURL(require.resolve('oidc-provider')).href);
const express = require('express');
const TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad';
const OFFLINE = ['openid', 'profile', 'email', 'offline_access'];

// `refreshes` decides from the authorization request whether a refresh token is issued
const profiles = {
  entra: { path: `/${TENANT}/v2.0`, scopes: OFFLINE, refreshes: (asked) => asked.scope.includes('offline_access') },
  okta: { path: '/oauth2/default', scopes: OFFLINE, refreshes: (asked) => asked.scope.includes('offline_access') },
  google: {
    path: '',
    scopes: ['openid', 'profile', 'email'],
    refreshes: (asked) => asked.access_type === 'offline' && asked.prompt === 'consent',
  },
  auth0: { path: '', slash: '/', scopes: OFFLINE, refreshes: (asked) => asked.scope.includes('offline_access') },
};
const { path, slash = '', scopes, refreshes } = profiles[profile];
const asked = new Map(); // authorization requests by code challenge
const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://127.0.0.1:${server.address().port}`;

const people = {
  entra: (id) => ({ tid: TENANT, oid: `oid-of-${id}`, email: `${id}@example.com`, groups: ['mcp-users'] }),
  okta: (id) => ({ email: `${id}@example.com`, email_verified: true, groups: ['Everyone', `team-${id}`] }),
  google: (id) => ({ email: `${id}@example.com`, email_verified: true, hd: 'example.com' }),
  auth0: (id) => ({ email: `${id}@example.com`, email_verified: id !== 'unverified' }),
};
const removed = new Set(); // people whom the provider no longer signs in

const provider = new Provider(`${origin}${path}${slash}`, {
  scopes,
  claims: { openid: ['sub', 'tid', 'oid', 'groups', 'hd'], email: ['email', 'email_verified'], profile: ['name'] },
  conformIdTokenClaims: false,
  clients: [
    {
      client_id: 'the-one-client',
      client_secret: 'canary-provider-client-secret',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: profile === 'okta' ? 'client_secret_basic' : 'client_secret_post',
    },
  ],
  clientAuthMethods: profile === 'okta' ? ['client_secret_basic'] : ['client_secret_basic', 'client_secret_post'],
  pkce: { required: () => false },
  extraParams: ['access_type', 'audience'],
  rotateRefreshToken: profile === 'auth0' || profile === 'entra',
  issueRefreshToken: async (ctx, client, code) => refreshes(asked.get(code.codeChallenge) ?? { scope: '' }),
  findAccount: (_, id) =>
    removed.has(id) ? undefined : { accountId: id, claims: () => ({ sub: id, name: id, ...people[profile](id) }) },
  ttl: { AccessToken: 600, Grant: 3600, Interaction: 600, Session: 600, RefreshToken: 3600 },
  features: {
    resourceIndicators: {
      enabled: profile === 'auth0',
      defaultResource: (ctx) => ctx.oidc.params?.audience,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        scope: 'read',
        audience: resource,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});

const issued = []; // every token of the provider
const app = express();
app.use((req, _, next) => {
  const query = Object.fromEntries(new URL(req.url, origin).searchParams);
  if (query.code_challenge) asked.set(query.code_challenge, query);
  next();
});
app.get('/-/issued', (_, res) => res.json(issued));
app.get('/-/asked', (_, res) => res.json([...asked.values()]));
app.post('/-/remove/:id', (req, res) => {
  removed.add(req.params.id);
  res.json({});
});
provider.use(async (ctx, next) => {
  await next();
  if (ctx.path.endsWith('/token') && ctx.body?.access_token) issued.push(ctx.body);
});
app.use(path || '/', provider.callback());
server.on('request', app);
console.log(`${origin}${path}${slash}`);
