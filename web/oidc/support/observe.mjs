import { URLSearchParams } from 'node:url';

/** Has a Node.js program say what it asks of the server by `fetch`, as `traffic.ts` does of pages. */
const original = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const answer = await original(input, init);
  const [, endpoint] = new URL(input.url ?? input).pathname.split('/oauth2/');
  const grant = new URLSearchParams(init?.body?.toString() ?? '').get('grant_type');
  if (endpoint) console.log(['traffic:', endpoint, grant, answer.status].filter(Boolean).join(' '));
  return answer;
};
