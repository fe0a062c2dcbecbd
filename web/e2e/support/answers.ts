import { Page } from '@playwright/test';
import { AGAIN } from './network';

type Parameters = Readonly<Record<string, string | undefined>>;

/** The next code challenges say this instead of what the server said. */
export async function answersSay(page: Page, ...rounds: Parameters[]): Promise<void> {
  await page.route(
    (url) => url.pathname === '/',
    async (route) => {
      if (route.request().method() !== 'POST') return route.fallback();
      const answer = await route.fetch(AGAIN);
      const body = (await answer.json()) as {
        ChallengeName?: string;
        ChallengeParameters?: object;
      };
      const changes = body.ChallengeName === 'CUSTOM_CHALLENGE' ? rounds.shift() : undefined;
      if (!changes) return route.fulfill({ response: answer });
      body.ChallengeParameters = { ...body.ChallengeParameters, ...changes };
      await route.fulfill({ response: answer, json: body });
    },
  );
}
