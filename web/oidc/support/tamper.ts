import { Page } from '@playwright/test';

/**
 * Changes a parameter once, in the first navigation of which `where` is true, on whatever way it comes: a redirect too,
 * which Playwright's own routes do not see. Answers whether that has happened, and stops looking.
 */
export async function tamper(
  page: Page,
  name: string,
  where: (url: URL) => boolean,
): Promise<() => Promise<boolean>> {
  const session = await page.context().newCDPSession(page);
  let isDone = false;
  session.on('Fetch.requestPaused', ({ requestId, request }) => {
    const url = new URL(request.url);
    const value = url.searchParams.get(name);
    if (isDone || value === null || !where(url)) {
      void session.send('Fetch.continueRequest', { requestId });
      return;
    }
    isDone = true;
    url.searchParams.set(
      name,
      value.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
    );
    const location = { name: 'Location', value: url.href };
    void session.send('Fetch.fulfillRequest', {
      requestId,
      responseCode: 302,
      responseHeaders: [location],
    });
  });
  await session.send('Fetch.enable', {
    patterns: [{ urlPattern: '*', resourceType: 'Document', requestStage: 'Request' }],
  });
  return async () => {
    await session.send('Fetch.disable');
    await session.detach();
    return isDone;
  };
}
