/** What nobody needs before they have signed in, or when all is well: fetched by those who come there. */
import { Injector, StaticProvider, ViewContainerRef } from '@angular/core';
import { PAGE_TEXTS } from './demo-texts';
import { loadInsideStyles } from './inside-styles';
import { loadPageTexts } from './languages/load-texts';
import { SignedInPage } from './signed-in-page';

export { UnavailablePage } from './unavailable-page';

/** What the pages around the forms say, in the language of the forms. */
export async function providePageTexts(language: string): Promise<StaticProvider> {
  return { provide: PAGE_TEXTS, useValue: await loadPageTexts(language) };
}

/** Fetches the words and styles of the account; what it gives shows the account. */
export async function prepareAccount(language: string) {
  const [texts] = await Promise.all([providePageTexts(language), loadInsideStyles()]);
  const providers = [texts];
  return (into: ViewContainerRef, parent: Injector) => {
    into.createComponent(SignedInPage, { injector: Injector.create({ parent, providers }) });
  };
}
