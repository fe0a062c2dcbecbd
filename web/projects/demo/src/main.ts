import { ApplicationConfig, Type, provideBrowserGlobalErrorListeners } from '@angular/core';
import { createApplication } from '@angular/platform-browser';
import { provideSignIn } from '@poolhouse/angular';
import { loadConfig } from './app/config';
import { PAGE_TEXTS } from './app/demo-texts';
import { loadInsideStyles } from './app/inside-styles';
import { loadDemoTexts } from './app/languages/load-texts';
import { SignInPage } from './app/sign-in-page';
import { UnavailablePage } from './app/unavailable-page';

interface Page {
  readonly component: Type<unknown>;
  readonly providers: ApplicationConfig['providers'];
}

/** Two pages do not pay for a router; and the sign-in page does not pay for the inbox. */
async function pageAt(path: string): Promise<Page> {
  if (/^\/inbox\/?$/.test(path)) {
    const [{ InboxPage }] = await Promise.all([
      import('./app/inbox/inbox-page'),
      loadInsideStyles(),
    ]);
    return { component: InboxPage, providers: [] };
  }
  const [config, { forms, pages }] = await Promise.all([loadConfig(), loadDemoTexts()]);
  document.documentElement.lang = forms.lang;
  document.documentElement.dir = forms.dir;
  const texts = { provide: PAGE_TEXTS, useValue: pages };
  if (!config) return { component: UnavailablePage, providers: [texts] };
  // The page's policy lets no foreign script in, so the tokens may outlive a reload.
  const signIn = provideSignIn({ ...config, texts: forms, store: 'browser' });
  return { component: SignInPage, providers: [signIn, texts] };
}

async function start(): Promise<void> {
  const { component, providers } = await pageAt(location.pathname);
  const application = await createApplication({
    providers: [provideBrowserGlobalErrorListeners(), ...providers],
  });
  application.bootstrap(component, 'app-root');
}

start().catch((error: unknown) => console.error(error));
