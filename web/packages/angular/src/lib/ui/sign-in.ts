import {
  ChangeDetectionStrategy,
  Component,
  ComponentRef,
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
import {
  Heading,
  SIGN_IN_OPTIONS,
  SIGN_IN_TEXTS,
  SignInFlow,
  TOKEN_CLIENT,
  sayKnown,
} from '@poolhouse/angular/parts';
import type { CodeStep } from '@poolhouse/angular/steps';
import { Session } from '../session';
import { Login, LoginForm } from './login-form';

/** Fetched while a person types, so that nobody waits for it. */
const fetchSteps = () => import('@poolhouse/angular/steps');

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
      <div class="si-live" role="status">
        @if (offline()) {
          <p class="si-offline">{{ texts().offline }}</p>
        }
      </div>
      @let state = flow.state();
      @if (state.step === 'ended' || lost()) {
        <div class="si-form">
          <si-heading [level]="headingLevel()">{{ said().title }}</si-heading>
          <p class="si-panel" role="alert">{{ said().error }}</p>
          <button class="si-button" type="button" (click)="flow.reset()">
            {{ texts().startAgain }}
          </button>
        </div>
      } @else if (state.step === 'credentials') {
        <si-login-form
          [email]="flow.email() || email()"
          [busy]="state.busy"
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
      } @else if (state.step === 'done') {
        <div class="si-form si-done">
          <svg class="si-tick" viewBox="0 0 48 48" aria-hidden="true">
            <circle cx="24" cy="24" r="20" />
            <path d="m15 24.5 6.5 6.5L33.5 18" />
          </svg>
          <si-heading [level]="headingLevel()">{{ said().title }}</si-heading>
          <p class="si-lead">{{ said().lead }}</p>
        </div>
      }
      <ng-container #later />
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
  private readonly later = viewChild.required('later', { read: ViewContainerRef });
  private readonly pendingTasks = inject(PendingTasks);
  /** What shows the step after the login: each of them has a heading of the same level. */
  private readonly shown = signal<ComponentRef<Pick<CodeStep, 'headingLevel'>> | null>(null);
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
    effect(() => this.shown()?.setInput('headingLevel', this.headingLevel()));
    afterNextRender(() => {
      this.offline.set(document.defaultView?.navigator.onLine === false);
      // Whatever goes wrong with it now is said when it is needed.
      fetchSteps().catch(() => undefined);
    });
    const step = computed(() => this.flow.state().step);
    effect(() => {
      const now = this.known().rare ? 'lost' : step();
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
      const { stepAfterLogin } = await fetchSteps();
      const form = await stepAfterLogin(step);
      if (step === this.shownStep) return;
      this.hideLater();
      this.shown.set(this.later().createComponent<Pick<CodeStep, 'headingLevel'>>(form));
      this.shownStep = step;
    } catch {
      this.formLost.set(this.flow.state().step === step);
    } finally {
      done();
    }
  }

  private hideLater(): void {
    this.later().clear();
    this.shown.set(null);
    this.shownStep = '';
  }
}
