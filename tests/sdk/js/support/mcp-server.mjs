/** A server of the Model Context Protocol with one tool, which a token of the pool's opens. The guide shows this file. */
import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const METADATA = '/.well-known/oauth-protected-resource/mcp';

/** Serves at `http://localhost:PORT/mcp`. `issuer` is the pool's, `scope` what a token must have. */
export async function startMcpServer({ issuer, scope, port = 0 }) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  const server = createServer(async (request, response) => {
    const origin = `http://localhost:${server.address().port}`;
    const resource = `${origin}/mcp`;
    if (request.url === METADATA) {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          resource,
          authorization_servers: [issuer],
          scopes_supported: [scope],
          bearer_methods_supported: ['header'],
        }),
      );
      return;
    }
    const claims = await opened(request.headers.authorization, { keys, issuer, resource, scope });
    if (!claims) {
      const challenge = `Bearer resource_metadata="${origin}${METADATA}", scope="${scope}"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return;
    }
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    await tools(claims).connect(transport);
    await transport.handleRequest(request, response);
  });
  await new Promise((resolve) => server.listen(port, 'localhost', resolve));
  return {
    url: `http://localhost:${server.address().port}/mcp`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The claims of a good token: of this pool, for this server, an access token, with the scope. */
async function opened(header, { keys, issuer, resource, scope }) {
  const [scheme, token] = (header ?? '').split(' ');
  if (scheme !== 'Bearer' || !token) return undefined;
  try {
    const { payload } = await jwtVerify(token, keys, { issuer, audience: resource, algorithms: ['RS256'] });
    const scopes = payload.scope?.split(' ') ?? [];
    return payload.token_use === 'access' && scopes.includes(scope) ? payload : undefined;
  } catch {
    return undefined;
  }
}

function tools(claims) {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  server.registerTool('whoami', { description: 'Who is signed in' }, async () => ({
    content: [{ type: 'text', text: claims.username }],
  }));
  return server;
}
