import { FORMS_CSS, HostedPage, test as hostedTest } from './hosted-page';
import { SignInPage } from './fixtures';

/** The three faces of the sign-in: what one does, the others do. */
export const HOSTS = ['Angular', '<ph-sign-in>', 'React'] as const;
export type HostName = (typeof HOSTS)[number];

const PAGE_CSS = ':root { color-scheme: light dark; background: var(--si-page, canvas); }';

const HOSTED: Readonly<Record<Exclude<HostName, 'Angular'>, HostedPage>> = {
  '<ph-sign-in>': {
    html: '<ph-sign-in endpoint="ENDPOINT" user-pool-id="POOL" client-id="CLIENT" auth-flow="FLOW">PASSKEYS</ph-sign-in>',
    script: "import './hosts/element';",
    css: PAGE_CSS,
  },
  React: {
    html: '<div data-endpoint="ENDPOINT" data-pool="POOL" data-client="CLIENT" data-flow="FLOW" PASSKEYS></div>',
    script: "import './hosts/react';",
    css: `${FORMS_CSS} ${PAGE_CSS}`,
  },
};

/** What each of them has where a passkey signs in. */
const PASSKEYS: Readonly<Record<Exclude<HostName, 'Angular'>, string>> = {
  '<ph-sign-in>': '<ph-passkey-button slot="links"></ph-passkey-button>',
  React: 'data-passkeys',
};

interface Hosts {
  host: HostName;
  /** Opens the host's page, in a language if one is named. */
  open: (language?: string) => Promise<SignInPage>;
  /** Opens it, and goes on to the question for the code. */
  reachCode: (language?: string) => Promise<SignInPage>;
}

export const test = hostedTest.extend<Hosts>({
  host: ['Angular', { option: true }],
  open: async ({ host, hosted, signIn, page, pool, server }, use) => {
    await use(async (language) => {
      const query = language ? `?lang=${language}` : '';
      if (host !== 'Angular') {
        const { html, ...others } = HOSTED[host];
        const button = pool.passkeys ? PASSKEYS[host] : '';
        return hosted({ ...others, html: html.replace('PASSKEYS', button) }, query);
      }
      // By the name that passkeys are made for.
      if (pool.passkeys)
        await page.goto(server.url.replace('127.0.0.1', 'localhost') + `/${query}`);
      else await signIn.open(query);
      return signIn;
    });
  },
  reachCode: async ({ open }, use) => {
    await use(async (language) => {
      const signIn = await open(language);
      await signIn.submitLogin();
      await signIn.awaitCode();
      return signIn;
    });
  },
});
