import { Page } from '@playwright/test';

/**
 * A test moves the page's clock and not the server's. What the server answers to `wait` is made to
 * say what it would say if its clock had moved along.
 */
export async function ageWithThePage(page: Page): Promise<void> {
  await page.route(
    (url) => url.pathname === '/',
    async (route) => {
      if (!(route.request().postData() ?? '').includes('"wait"')) return route.fallback();
      const answer = await route.fetch();
      const body = (await answer.json()) as { ChallengeParameters?: Record<string, string> };
      const parameters = body.ChallengeParameters;
      if (parameters) {
        const ahead = ((await page.evaluate(() => Date.now())) - Date.now()) / 1000;
        const left = (name: string) => Math.max(0, Math.round(Number(parameters[name]) - ahead));
        for (const name of ['expiresIn', 'resendIn']) parameters[name] = String(left(name));
        if (parameters['expiresIn'] === '0') parameters['result'] = 'expired';
      }
      await route.fulfill({ response: answer, json: body });
    },
  );
}
