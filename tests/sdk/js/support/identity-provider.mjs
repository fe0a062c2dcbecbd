/** A certified OpenID provider of others (npm: oidc-provider), with people who sign in by a form of one field. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

export const CLIENT = { client_id: 'poolhouse', client_secret: randomBytes(24).toString('base64url') };

/** Takes a port, which a server has to know before the provider knows where that is. */
export async function reserveProvider() {
  let answer = (_, response) => response.writeHead(503).end();
  const listener = createServer((request, response) => answer(request, response));
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${listener.address().port}`;
  return {
    host,
    issuer: `http://${host}`,
    /** Serves a client that is sent back to this address. */
    open(redirectUri, people) {
      const provider = new Provider(`http://${host}`, configuration(redirectUri, people));
      const rest = provider.callback();
      answer = (request, response) =>
        request.url.startsWith('/interaction/')
          ? interaction(provider, request, response).catch((error) => response.writeHead(500).end(String(error)))
          : rest(request, response);
    },
    stop: () => new Promise((resolve) => (listener.closeAllConnections(), listener.close(resolve))),
  };
}

function configuration(redirectUri, people) {
  return {
    clients: [{ ...CLIENT, redirect_uris: [redirectUri], token_endpoint_auth_method: 'client_secret_post' }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
    // Whoever has signed in lets the one client know what it asks for.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  };
}

/** The provider's sign-in: whoever is named is in; nobody is a refusal. */
async function interaction(provider, request, response) {
  const accountId = new URL(request.url, 'http://provider').searchParams.get('as');
  await provider.interactionDetails(request, response);
  const result = accountId
    ? { login: { accountId } }
    : { error: 'access_denied', error_description: 'The person does not want to' };
  await provider.interactionFinished(request, response, result);
}
