import { Page, Route } from '@playwright/test';

/**
 * How a test asks in a page's place. It keeps connections, and the server may close an idle one at the very moment at which it
 * is used again: a browser would ask anew.
 */
export const AGAIN = { maxRetries: 1 };

/** Lets one call of `operation` come out otherwise. */
export async function once(
  page: Page,
  operation: string,
  otherwise: (route: Route) => Promise<void>,
): Promise<void> {
  let done = false;
  await page.route(
    (url) => url.pathname === '/',
    async (route) => {
      const called = route.request().headers()['x-amz-target'] ?? '';
      if (done || !called.endsWith(`.${operation}`)) return route.fallback();
      done = true;
      await otherwise(route);
    },
  );
}

/** Refuses the scripts in which this text is, whatever their names are; gives what allows them again. */
export async function refuseScripts(page: Page, text: string): Promise<() => void> {
  let refusing = true;
  await page.route('**/chunk-*.js', async (route) => {
    if (!refusing) return route.fallback();
    const response = await route.fetch(AGAIN);
    const refused = (await response.text()).includes(text);
    await (refused ? route.abort() : route.fulfill({ response }));
  });
  return () => (refusing = false);
}
