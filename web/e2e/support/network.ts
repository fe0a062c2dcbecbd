import { Page, Route } from '@playwright/test';

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
