import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  Injector,
  ViewContainerRef,
  afterNextRender,
  effect,
  inject,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { SIGN_IN_TEXTS, Session, SignIn, SignInFlow } from '@poolhouse/angular';
import type { Beside } from './beside';

/** Long enough to see that it worked. */
const GREETING = 600;

/** The forms, those beside them, or the account of who is signed in: here, in another tab, or before a reload. */
@Component({
  selector: 'app-sign-in-page',
  imports: [SignIn],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (lost()) {
      <main class="page">
        <div class="si-card">
          <div class="si-form">
            <h1 class="si-title">{{ texts().doneTitle }}</h1>
            <p class="si-panel" role="alert">{{ texts().network }}</p>
            <button class="si-button" type="button" (click)="retry()">
              {{ texts().startAgain }}
            </button>
          </div>
        </div>
      </main>
    } @else if (!inside() && !aside()) {
      <main class="page">
        <si-sign-in appName="Poolhouse" [email]="name()">
          <img class="brand" src="wordmark.svg" alt="Poolhouse" width="154" height="28" />
          <div #links class="si-links" siLinks></div>
        </si-sign-in>
      </main>
    }
    <ng-container #beside />
    <ng-container #next />
  `,
})
export class SignInPage implements Beside {
  readonly flow = inject(SignInFlow);
  readonly texts = inject(SIGN_IN_TEXTS);
  readonly injector = inject(Injector);
  readonly session = inject(Session);
  /** Another form than the sign-in's has the page, or is about to, where the address names one. */
  readonly aside = signal(location.hash > '#');
  /** Who has just signed up, or chosen a new password. */
  readonly name = signal('');
  readonly links = viewChild<ElementRef<HTMLElement>>('links');
  readonly beside = viewChild.required('beside', { read: ViewContainerRef });
  private readonly next = viewChild.required('next', { read: ViewContainerRef });
  protected readonly inside = signal(this.session.signedIn());
  /** The account of who is signed in cannot be fetched. */
  protected readonly lost = signal(false);
  private greeting: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    // Nobody waits for it: what everybody comes for is there.
    afterNextRender(() =>
      import('./beside').then(({ begin }) => begin(this)).catch(() => this.aside.set(false)),
    );
    effect(() => {
      const signedIn = this.session.signedIn();
      untracked(() => this.follow(signedIn));
    });
  }

  /** The session is kept meanwhile; and a newer page has files of other names. */
  protected retry(): void {
    location.reload();
  }

  private follow(signedIn: boolean): void {
    clearTimeout(this.greeting);
    if (!signedIn) {
      this.lost.set(false);
      this.next().clear();
      if (this.inside()) this.flow.useDifferentAccount();
      this.inside.set(false);
      return;
    }
    const justNow = this.flow.state().step === 'done';
    const show = () => this.showAccount().catch(() => this.lost.set(this.session.signedIn()));
    this.greeting = setTimeout(show, justNow ? GREETING : 0);
  }

  /** Fetched when somebody has signed in: nobody waits for it before. */
  private async showAccount(): Promise<void> {
    const { prepareAccount } = await import('./inside');
    const create = await prepareAccount(this.texts().lang);
    if (!this.session.signedIn() || this.next().length) return;
    this.inside.set(true);
    create(this.next(), this.injector);
  }
}
