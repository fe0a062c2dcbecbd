import {
  ApplicationRef,
  ElementRef,
  EnvironmentInjector,
  Injector,
  Signal,
  ViewContainerRef,
  WritableSignal,
  createComponent,
  effect,
  signal,
  untracked,
} from '@angular/core';
import { SIGN_IN_OPTIONS, type Session, type SignInFlow } from '@poolhouse/angular';
import type { AccountTexts } from '@poolhouse/auth/account';
import { accountTextsIn } from '@poolhouse/auth/account/languages/load';
import type { KnownTexts } from '@poolhouse/auth/common-texts';
import type { DemoConfig } from './config';
import { loadInsideStyles } from './inside-styles';
import { readOffers } from './offers';

/** The page of the sign-in, as far as the forms beside it go. */
export interface Beside {
  readonly injector: Injector;
  readonly texts: Signal<KnownTexts>;
  readonly flow: SignInFlow;
  readonly session: Session;
  /** Where the links go; not there while something else is shown. */
  readonly links: Signal<ElementRef<HTMLElement> | undefined>;
  /** Where the forms go. */
  readonly beside: Signal<ViewContainerRef>;
  readonly aside: WritableSignal<boolean>;
  readonly name: WritableSignal<string>;
}

/** What people do who cannot sign in, by the address behind the `#`: so Back is a way back. */
const VIEWS = ['confirm', 'forgot', 'sign-up'] as const;
export type View = (typeof VIEWS)[number];

/** Adds what the page offers to people who cannot sign in: links, and the forms that they lead to. */
export async function begin(page: Beside): Promise<void> {
  const { injector } = page;
  const offers = readOffers((injector.get(SIGN_IN_OPTIONS) as DemoConfig).offers);
  if (!offers.forgotPassword && !offers.signUp && !offers.passkeySignIn)
    return page.aside.set(false);
  // Without the button there is the password.
  const passkey = offers.passkeySignIn ? await passkeyButton(injector).catch(() => []) : [];
  const texts = await accountTextsIn(page.texts().lang);
  const isOffered = (view: View) =>
    view === 'forgot' ? offers.forgotPassword : offers.signUp !== null;
  const viewNow = () =>
    VIEWS.find((view) => location.hash === `#${view}` && isOffered(view)) ?? null;
  const view = signal(viewNow());
  addEventListener('hashchange', () => view.set(viewNow()));
  addEventListener('popstate', () => view.set(viewNow()));

  const showLinks = () => {
    const [element, state] = [page.links()?.nativeElement, page.flow.state()];
    const unconfirmed = state.step === 'credentials' && state.problem?.kind === 'unconfirmed';
    const shown = VIEWS.filter(isOffered).filter((each) => each !== 'confirm' || unconfirmed);
    element?.replaceChildren(...passkey, ...shown.map((each) => linkTo(each, texts)));
  };
  const show = async (now: View | null) => {
    page.beside().clear();
    page.aside.set(now !== null);
    if (!now) return;
    const [{ BesidePage, provideWords }] = await Promise.all([
      import('./beside-page'),
      loadInsideStyles(),
    ]);
    if (view() !== now || page.session.signedIn() || page.beside().length) return;
    const own = Injector.create({ parent: injector, providers: [provideWords(texts)] });
    const form = page.beside().createComponent(BesidePage, { injector: own });
    form.setInput('view', now);
    form.setInput('email', page.name() || page.flow.email());
    form.instance.signIn.subscribe((name) => {
      page.name.set(name);
      // The flow keeps the name of the last try, which would be in the way of this one.
      page.flow.useDifferentAccount();
      history.pushState(null, '', location.pathname + location.search);
      view.set(null);
    });
  };
  effect(showLinks, { injector });
  effect(
    () => {
      const signedIn = page.session.signedIn();
      const now = signedIn ? null : view();
      // Who comes after them is to find no name.
      if (signedIn) untracked(() => page.name.set(''));
      // What cannot be fetched leaves the sign-in, which is there.
      untracked(() => show(now).catch(() => page.aside.set(false)));
    },
    { injector },
  );
}

/** In place of the password; for pools whose page says so. */
async function passkeyButton(injector: Injector): Promise<HTMLElement[]> {
  const { PasskeyButton } = await import('@poolhouse/angular/factors');
  const environmentInjector = injector.get(EnvironmentInjector);
  const button = createComponent(PasskeyButton, { environmentInjector });
  injector.get(ApplicationRef).attachView(button.hostView);
  return [button.location.nativeElement as HTMLElement];
}

/** With the page's query, or it would be another page. Made by hand: a bound address costs the sign-in page a kilobyte. */
function linkTo(view: View, texts: AccountTexts): HTMLAnchorElement {
  const link = document.createElement('a');
  const words = { confirm: texts.confirmAccount, forgot: texts.forgot, 'sign-up': texts.signUp };
  link.className = 'si-link';
  link.href = `${location.search}#${view}`;
  link.textContent = words[view];
  return link;
}
