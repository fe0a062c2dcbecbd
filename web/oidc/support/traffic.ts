import { Page } from '@playwright/test';

/**
 * What a page asked of the server, a line each: the endpoint or the operation, the grant if it is one, the status.
 * `observe.mjs` writes the same of a Node.js program.
 */
export function trafficOf(page: Page): string[] {
  const lines: string[] = [];
  page.on('response', (response) => {
    const request = response.request();
    if (request.method() === 'OPTIONS') return;
    const operation = request.headers()['x-amz-target']?.split('.')[1];
    const endpoint = new URL(request.url()).pathname.split('/oauth2/')[1];
    const grant = new URLSearchParams(request.postData() ?? '').get('grant_type');
    const words = [operation ?? endpoint, grant, response.status()];
    if (operation ?? endpoint) lines.push(words.filter(Boolean).join(' '));
  });
  return lines;
}
