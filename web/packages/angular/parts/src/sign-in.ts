import {
  ChangeDetectionStrategy,
  Component,
  DOCUMENT,
  Injector,
  PendingTasks,
  ViewContainerRef,
  ViewEncapsulation,
  afterNextRender,
  afterRenderEffect,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import type { Tokens } from '@poolhouse/auth';
import { Heading } from './heading';
import { Login, LoginForm } from './login-form';
import { LATER_STEPS, SIGN_IN_OPTIONS, SIGN_IN_TEXTS, TOKEN_CLIENT } from './provide-sign-in';
import { Session } from './session';
import { SignInFlow } from './sign-in-flow';
import { sayKnown } from './words';

/**
 * The whole sign-in in one card. Content goes above the forms: a logo, say. Fields of your own
 * (`siFields`) go above the login's button, links (`siLinks`) below it.
 */
@Component({
  selector: 'si-sign-in',
  imports: [Heading, LoginForm],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  host: {
    '[attr.lang]': 'texts().lang',
    '[attr.dir]': 'texts().dir',
    '(window:offline)': 'offline.set(true)',
    '(window:online)': 'offline.set(false)',
  },
  template: `
    <section class="si-card">
      <ng-content />
      <div #messages class="si-live" role="status">
        @if (offline()) {
          <p class="si-offline">{{ texts().offline }}</p>
        }
      </div>
      @if (step() === 'ended' || lost()) {
        <div class="si-form">
          <si-heading [level]="headingLevel()">{{ said().title }}</si-heading>
          <p class="si-panel" role="alert">{{ said().error }}</p>
          <button class="si-button" type="button" (click)="flow.reset()">
            {{ texts().startAgain }}
          </button>
        </div>
      } @else if (step() === 'credentials') {
        <si-login-form
          [email]="flow.email() || email()"
          [busy]="busy()"
          [slow]="flow.slow()"
          [error]="said().error"
          [headingLevel]="headingLevel()"
          [autofocus]="autofocus()"
          (passwordFocused)="flow.prepare()"
          (submitLogin)="onSubmitLogin($event)"
        >
          <ng-content select="[siFields]" ngProjectAs="[siFields]" />
          <ng-content select="[siLinks]" ngProjectAs="[siLinks]" />
        </si-login-form>
      } @else if (step() === 'done') {
        <div class="si-form si-done">
          <svg class="si-tick" viewBox="0 0 48 48" aria-hidden="true">
            <!-- A circle, and the tick in it. -->
            <path d="M4 24a20 20 0 1 0 40 0 20 20 0 1 0-40 0M15 24.5l6.5 6.5L33.5 18" />
          </svg>
          <si-heading [level]="headingLevel()">{{ said().title }}</si-heading>
          <p class="si-lead">{{ said().lead }}</p>
        </div>
      }
    </section>
  `,
})
export class SignIn {
  /** Follows the step's name in the window title: `Check your email – Poolhouse`. */
  readonly appName = input('');
  /** Fills the email field: with the name of somebody who has just signed up, say. */
  readonly email = input('');
  /** Whether the window title follows the step at all. */
  readonly documentTitle = input(true);
  /** Level of the steps' headings on the page. */
  readonly headingLevel = input(1);
  /** Whether the login takes the focus when the page opens. */
  readonly autofocus = input(true);
  /**
   * The tokens; `Session` has them too. The card shows that it worked; taking the person onwards is
   * the app's part.
   */
  readonly signedIn = output<Tokens>();

  protected readonly texts = inject(SIGN_IN_TEXTS);
  protected readonly flow = inject(SignInFlow);
  protected readonly step = computed(() => this.flow.state().step);
  protected readonly busy = computed(() => {
    const state = this.flow.state();
    return state.step === 'credentials' && state.busy;
  });
  protected readonly offline = signal(false);
  /** The next step's form, or what there is to say, could not be fetched. */
  protected readonly lost = computed(() => this.formLost() || this.known().rare);
  protected readonly said = computed(() => {
    const { endedTitle: title, network: error } = this.texts();
    return this.lost() ? { ...this.known(), title, error } : this.known();
  });
  private readonly known = computed(() =>
    sayKnown(this.texts(), this.flow.snapshot(), this.byUsername),
  );
  private readonly formLost = signal(false);
  private readonly byUsername = inject(SIGN_IN_OPTIONS).signInName === 'username';
  private readonly heading = viewChild(Heading);
  /** The later steps come after this element, which is always there: an anchor of their own would cost more. */
  private readonly later = viewChild.required('messages', { read: ViewContainerRef });
  private readonly pendingTasks = inject(PendingTasks);
  private readonly fetchSteps = inject(LATER_STEPS);
  private shownStep = '';

  constructor() {
    const document = inject(DOCUMENT);
    const injector = inject(Injector);
    effect(() => {
      if (!this.documentTitle()) return;
      document.title = [this.said().title, this.appName()].filter(Boolean).join(' – ');
    });
    effect(() => {
      const tokens = this.flow.tokens();
      if (!tokens) return;
      // An app that signs in through another library may have no session of ours.
      if (injector.get(TOKEN_CLIENT, null)) injector.get(Session).start(tokens);
      this.signedIn.emit(tokens);
    });
    afterNextRender(() => {
      this.offline.set(document.defaultView?.navigator.onLine === false);
      // While a person types, so that nobody waits for them. What goes wrong now is said when they are needed.
      this.fetchSteps().catch(() => undefined);
    });
    effect(() => {
      const now = this.known().rare ? 'lost' : this.step();
      untracked(() => void this.showLater(now));
    });
    // The steps without a field of their own: a screen reader goes on at their heading.
    afterRenderEffect(() => this.heading()?.focus());
  }

  onSubmitLogin(login: Login): void {
    void this.flow.signIn(login.email, login.password);
  }

  /** The form of a step after the login; it shows itself whenever the step is on. */
  private async showLater(step: string): Promise<void> {
    if (step === 'credentials') this.formLost.set(false);
    if (step === 'lost') this.hideLater();
    if (step === this.shownStep) return;
    if (step !== 'code' && step !== 'new-password' && step !== 'factor') return;
    const done = this.pendingTasks.add();
    try {
      const { stepAfterLogin } = await this.fetchSteps();
      const form = await stepAfterLogin(step);
      if (step === this.shownStep) return;
      this.hideLater();
      this.later().createComponent(form);
      this.shownStep = step;
    } catch {
      this.formLost.set(this.step() === step);
    } finally {
      done();
    }
  }

  private hideLater(): void {
    this.later().clear();
    this.shownStep = '';
  }
}
