import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  Injector,
  ViewContainerRef,
  effect,
  inject,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { SIGN_IN_TEXTS, Session, SignIn, SignInFlow } from '@poolhouse/angular';
import { Brand } from './brand';
import { PAGE_TEXTS } from './demo-texts';
import { loadInsideStyles } from './inside-styles';

/** Long enough to see that it worked. */
const GREETING = 600;

/** The forms, or the account of who is signed in: here, in another tab, or before a reload. */
@Component({
  selector: 'app-sign-in-page',
  imports: [Brand, SignIn],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (!inside()) {
      <main class="page">
        <si-sign-in appName="Poolhouse"><app-brand /></si-sign-in>
      </main>
    }
    <ng-container #next />
  `,
})
export class SignInPage {
  private readonly flow = inject(SignInFlow);
  private readonly texts = inject(SIGN_IN_TEXTS);
  private readonly injector = inject(Injector);
  private readonly session = inject(Session);
  private readonly next = viewChild.required('next', { read: ViewContainerRef });
  protected readonly inside = signal(this.session.signedIn());
  private greeting: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.greeting));
    effect(() => {
      const signedIn = this.session.signedIn();
      untracked(() => this.follow(signedIn));
    });
  }

  private follow(signedIn: boolean): void {
    clearTimeout(this.greeting);
    if (!signedIn) {
      this.next().clear();
      if (this.inside()) this.flow.useDifferentAccount();
      this.inside.set(false);
      return;
    }
    const justNow = this.flow.state().step === 'done';
    this.greeting = setTimeout(() => void this.showAccount(), justNow ? GREETING : 0);
  }

  /** Fetched when somebody has signed in: nobody waits for it before. */
  private async showAccount(): Promise<void> {
    const [{ SignedInPage, loadPageTexts }] = await Promise.all([
      import('./inside'),
      loadInsideStyles(),
    ]);
    const useValue = await loadPageTexts(this.texts().lang);
    if (!this.session.signedIn() || this.next().length) return;
    this.inside.set(true);
    const injector = Injector.create({
      parent: this.injector,
      providers: [{ provide: PAGE_TEXTS, useValue }],
    });
    this.next().createComponent(SignedInPage, { injector });
  }
}
