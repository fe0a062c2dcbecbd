import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import * as oidc from 'openid-client';

/** An app on an origin of its own that signs people in by a library which nobody here wrote. */
export interface RelyingParty {
  readonly origin: string;
  /** Knows the app under a client of the pool with this issuer from now on. */
  register(name: string, issuer: string, clientId: string): Promise<void>;
  /** Where the app sends people to sign in with this client; `none` for silently. */
  start(name: string, prompt?: string): string;
  /** Where it signs them out, at the sign-in's side too. */
  leave(name: string): string;
  close(): Promise<void>;
}

interface Client {
  readonly configuration: oidc.Configuration;
  verifier: string;
  state: string;
  nonce: string;
  idToken: string;
}

export async function relyingParty(): Promise<RelyingParty> {
  const clients = new Map<string, Client>();
  let under = '';
  let origin = '';

  async function start(client: Client, prompt: string | null): Promise<URL> {
    client.verifier = oidc.randomPKCECodeVerifier();
    client.state = oidc.randomState();
    client.nonce = oidc.randomNonce();
    return oidc.buildAuthorizationUrl(client.configuration, {
      redirect_uri: `${origin}/cb`,
      scope: 'openid email',
      code_challenge: await oidc.calculatePKCECodeChallenge(client.verifier),
      code_challenge_method: 'S256',
      state: client.state,
      nonce: client.nonce,
      ...(prompt ? { prompt } : {}),
    });
  }

  async function callback(client: Client, url: URL): Promise<string> {
    const error = url.searchParams.get('error');
    if (error) return `refused: ${error}`;
    const tokens = await oidc.authorizationCodeGrant(client.configuration, url, {
      pkceCodeVerifier: client.verifier,
      expectedState: client.state,
      expectedNonce: client.nonce,
    });
    client.idToken = tokens.id_token ?? '';
    return `signed in as ${String(tokens.claims()?.['email'])}`;
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', origin);
    const client = clients.get(url.searchParams.get('client') ?? under);
    const say = (text: string) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(
        `<!doctype html><html lang="en"><title>App</title><main><h1>${text}</h1></main>`,
      );
    };
    const lead = (to: URL) => response.writeHead(302, { location: to.href }).end();
    if (!client) return say('signed out');
    under = url.searchParams.get('client') ?? under;
    const answered =
      url.pathname === '/start'
        ? start(client, url.searchParams.get('prompt')).then(lead)
        : url.pathname === '/leave'
          ? Promise.resolve(
              lead(
                oidc.buildEndSessionUrl(client.configuration, {
                  id_token_hint: client.idToken,
                  post_logout_redirect_uri: `${origin}/bye`,
                }),
              ),
            )
          : url.pathname === '/cb'
            ? callback(client, url).then(say)
            : Promise.resolve(say('signed out'));
    answered.catch((error: unknown) => say(`failed: ${String(error)}`));
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    origin,
    async register(name, issuer, clientId) {
      const configuration = await oidc.discovery(
        new URL(issuer),
        clientId,
        undefined,
        oidc.None(),
        {
          execute: [oidc.allowInsecureRequests],
        },
      );
      clients.set(name, { configuration, verifier: '', state: '', nonce: '', idToken: '' });
    },
    start: (name, prompt) => `${origin}/start?client=${name}${prompt ? `&prompt=${prompt}` : ''}`,
    leave: (name) => `${origin}/leave?client=${name}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
