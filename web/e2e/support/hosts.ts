import { FORMS_CSS, HostedPage, test as hostedTest } from './hosted-page';
import { SignInPage } from './fixtures';

/** The three faces of the sign-in: what one does, the others do. */
export const HOSTS = ['Angular', '<ph-sign-in>', 'React'] as const;
export type HostName = (typeof HOSTS)[number];

const PAGE_CSS = ':root { color-scheme: light dark; background: var(--si-page, canvas); }';

const HOSTED: Readonly<Record<Exclude<HostName, 'Angular'>, HostedPage>> = {
  '<ph-sign-in>': {
    html: '<ph-sign-in endpoint="ENDPOINT" user-pool-id="POOL" client-id="CLIENT"></ph-sign-in>',
    script: "import './hosts/element';",
    css: PAGE_CSS,
  },
  React: {
    html: '<div data-endpoint="ENDPOINT" data-pool="POOL" data-client="CLIENT"></div>',
    script: "import './hosts/react';",
    css: `${FORMS_CSS} ${PAGE_CSS}`,
  },
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
  open: async ({ host, hosted, signIn }, use) => {
    await use(async (language) => {
      const query = language ? `?lang=${language}` : '';
      if (host !== 'Angular') return hosted(HOSTED[host], query);
      await signIn.open(query);
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
