import { Page, Request } from '@playwright/test';
import { AGAIN } from './network';

/**
 * A test moves the page's clock and not the server's. What the server answers to `wait` is made to
 * say what it would say if its clock had moved along.
 */
export async function ageWithThePage(page: Page): Promise<void> {
  await page.route(
    (url) => url.pathname === '/',
    async (route) => {
      if (!isWait(route.request())) return route.fallback();
      const answer = await route.fetch(AGAIN);
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

/**
 * Moves the page's clock so far that the form asks for more time by itself, up to the answer. A
 * further move while it waits would be a server that never answers: the form gives up on it then,
 * and the session that the server has replaced meanwhile is lost.
 */
export async function fastForwardPastAWait(page: Page, milliseconds: number): Promise<void> {
  const answered = page.waitForResponse((response) => isWait(response.request()));
  await page.clock.fastForward(milliseconds);
  await (await answered).finished();
}

export function isWait(request: Request): boolean {
  return (request.postData() ?? '').includes('"wait"');
}
