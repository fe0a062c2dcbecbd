import { ExpressAuth, getSession } from '@auth/express';
import Cognito from '@auth/express/providers/cognito';
import express from 'express';

const issuer = 'https://id.example.com/us-east-1_AbCd12345';
const clientId = '3n4b5urk1ft4fl3mg5e62d9ado';
const clientSecret = process.env.AUTH_COGNITO_SECRET;
const home = 'https://app.example.com/';

const discovered = await fetch(`${issuer}/.well-known/openid-configuration`);
const endpoints = await discovered.json();

/** New tokens for the session, or its end: `null`. */
async function renewed(token) {
  const answer = await fetch(endpoints.token_endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: token.refreshToken,
    }),
  });
  if (!answer.ok) return null;
  const tokens = await answer.json();
  return {
    ...token,
    expiresAt: Date.now() / 1000 + tokens.expires_in,
    // A new one comes where the app client rotates them.
    refreshToken: tokens.refresh_token ?? token.refreshToken,
  };
}

const settings = {
  basePath: '/auth',
  providers: [
    Cognito({
      issuer,
      clientId,
      clientSecret,
      // Left to itself, Auth.js checks PKCE alone.
      checks: ['pkce', 'state', 'nonce'],
      authorization: { params: { scope: 'openid email' } },
      // Takes the profile from userInfo, once the ID token is checked.
      idToken: false,
    }),
  ],
  callbacks: {
    jwt({ token, account, trigger }) {
      if (account) {
        return {
          ...token,
          expiresAt: account.expires_at,
          refreshToken: account.refresh_token,
        };
      }
      const isFresh = Date.now() / 1000 < token.expiresAt - 60;
      return isFresh && trigger !== 'update' ? token : renewed(token);
    },
  },
};

const app = express();
app.use('/auth/*', ExpressAuth(settings));

app.get('/', async (request, response) => {
  const session = await getSession(request, settings);
  const email = session?.user?.email?.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const shown = email
    ? `<h1>Signed in as ${email}</h1><form method="post" action="/leave"><button>Sign out</button></form>`
    : '<h1>Signed out</h1><a href="/auth/signin">Sign in</a>';
  response.send(`<!doctype html><html lang="en"><title>App</title><main>${shown}</main></html>`);
});

// Auth.js ends its own session alone: this ends the browser's, too, so that the next sign-in asks for the password.
app.post('/leave', (request, response) => {
  const names = (request.headers.cookie ?? '').split('; ').map((cookie) => cookie.split('=')[0]);
  for (const name of names.filter((name) => name.includes('authjs.session-token'))) {
    response.clearCookie(name, {
      httpOnly: true,
      secure: name.startsWith('__Secure-'),
    });
  }
  const query = new URLSearchParams({ client_id: clientId, logout_uri: home });
  response.redirect(303, `${endpoints.end_session_endpoint}?${query}`);
});

app.listen(process.env.PORT, '127.0.0.1');
