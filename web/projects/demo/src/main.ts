import { ApplicationConfig, Type, provideBrowserGlobalErrorListeners } from '@angular/core';
import { createApplication } from '@angular/platform-browser';
import { provideSignIn } from '@poolhouse/sign-in';
import { loadConfig } from './app/config';
import { loadTexts } from './app/languages/load-texts';
import { SignInPage } from './app/sign-in-page';
import { UnavailablePage } from './app/unavailable-page';

interface Page {
  readonly component: Type<unknown>;
  readonly providers: ApplicationConfig['providers'];
}

/** Two pages do not pay for a router; and the sign-in page does not pay for the inbox. */
async function pageAt(path: string): Promise<Page> {
  if (/^\/inbox\/?$/.test(path)) {
    const { InboxPage } = await import('./app/inbox/inbox-page');
    return { component: InboxPage, providers: [] };
  }
  const [config, texts] = await Promise.all([loadConfig(), loadTexts()]);
  if (!config) return { component: UnavailablePage, providers: [] };
  document.documentElement.lang = texts.lang;
  document.documentElement.dir = texts.dir;
  return { component: SignInPage, providers: [provideSignIn({ ...config, texts })] };
}

async function start(): Promise<void> {
  const { component, providers } = await pageAt(location.pathname);
  const application = await createApplication({
    providers: [provideBrowserGlobalErrorListeners(), ...providers],
  });
  application.bootstrap(component, 'app-root');
}

start().catch((error: unknown) => console.error(error));
