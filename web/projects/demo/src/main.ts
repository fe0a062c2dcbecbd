import { ApplicationConfig, Provider, Type } from '@angular/core';
import { createApplication } from '@angular/platform-browser';
import { provideSignIn } from '@poolhouse/angular';
import type { SignInTexts } from '@poolhouse/auth/common-texts';
import { chooseLanguage } from '@poolhouse/auth/languages/choose';
import { loadConfig } from './app/config';
import { sayNotLoaded } from './app/not-loaded';
import { SignInPage } from './app/sign-in-page';

interface Page {
  readonly component: Type<unknown>;
  readonly providers: ApplicationConfig['providers'];
}

/** The forms speak English by themselves: who reads it fetches no language. */
async function textsFor(wanted: readonly string[]): Promise<Partial<SignInTexts>> {
  const lang = chooseLanguage(wanted);
  if (lang === 'en') return {};
  try {
    const { loadTexts } = await import('@poolhouse/auth/languages');
    return await loadTexts([lang]);
  } catch {
    // A language that cannot be fetched is no reason not to sign in.
    return {};
  }
}

/** Two pages do not pay for a router; and the sign-in page does not pay for the inbox. */
async function pageAt(path: string): Promise<Page> {
  if (/^\/inbox\/?$/.test(path)) {
    const { InboxPage, loadInsideStyles } = await import('./app/inbox/inbox-page');
    await loadInsideStyles();
    return { component: InboxPage, providers: [] };
  }
  // The browser's languages; `?lang=de` asks for one by name.
  const asked = new URLSearchParams(location.search).get('lang');
  const wanted = asked ? [asked] : navigator.languages;
  const [config, texts] = await Promise.all([loadConfig(), textsFor(wanted)]);
  const { lang = 'en', dir = 'ltr' } = texts;
  Object.assign(document.documentElement, { lang, dir });
  if (!config) {
    const { UnavailablePage, providePageTexts } = await import('./app/inside');
    const providers = [(await providePageTexts(lang)) as Provider];
    return { component: UnavailablePage, providers };
  }
  // The page's policy lets no foreign script in, so the tokens may outlive a reload.
  return {
    component: SignInPage,
    providers: [provideSignIn({ ...config, texts, store: 'browser' })],
  };
}

async function start(): Promise<void> {
  const { component, providers } = await pageAt(location.pathname);
  const application = await createApplication({
    providers,
  });
  application.bootstrap(component, 'app-root');
}

start().catch((error: unknown) => {
  console.error(error);
  sayNotLoaded();
});
