import {
  ChangeDetectionStrategy,
  Component,
  DOCUMENT,
  Injector,
  ViewEncapsulation,
  afterNextRender,
  afterRenderEffect,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import type { Tokens } from '@poolhouse/auth';
import { say } from '@poolhouse/auth/texts';
import { SIGN_IN_OPTIONS, SIGN_IN_TEXTS, TOKEN_CLIENT } from '../provide-sign-in';
import { Session } from '../session';
import { SignInFlow } from '../sign-in-flow';
import { AlertIcon } from './alert-icon';
import { ConfirmCodeForm } from './confirm-code-form';
import { Heading } from './heading';
import { Login, LoginForm } from './login-form';
import { NewPassword, NewPasswordForm } from './new-password-form';

/**
 * The whole sign-in in one card. Content goes above the forms: a logo, say. Fields of your own
 * (`siFields`) go above the login's button, links (`siLinks`) below it.
 */
@Component({
  selector: 'si-sign-in',
  imports: [AlertIcon, ConfirmCodeForm, Heading, LoginForm, NewPasswordForm],
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
      @switch (state.step) {
        @case ('credentials') {
          <si-login-form
            [email]="flow.email()"
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
        }
        @case ('new-password') {
          <si-new-password-form
            [email]="flow.email()"
            [required]="state.challenge.required"
            [busy]="state.busy"
            [slow]="flow.slow()"
            [error]="said().error"
            [headingLevel]="headingLevel()"
            (passwordChosen)="onPasswordChosen($event)"
            (differentAccount)="flow.useDifferentAccount()"
          />
        }
        @case ('code') {
          <si-confirm-code-form
            [destination]="state.pending.destination"
            [length]="state.pending.codeLength"
            [alphabet]="state.pending.alphabet"
            [expiresIn]="flow.expiresIn()"
            [resendIn]="flow.resendIn()"
            [expired]="state.problem?.kind === 'expired' || state.problem?.kind === 'used'"
            [waiting]="state.pending.waiting"
            [mail]="state.pending.mail"
            [busy]="state.busy"
            [slow]="flow.slow()"
            [error]="said().error"
            [notice]="said().notice"
            [hint]="said().hint"
            [headingLevel]="headingLevel()"
            [rememberDays]="state.pending.rememberDays"
            [(remembered)]="remembered"
            (codeCompleted)="onCodeCompleted($event)"
            (resend)="flow.resend()"
            (startAgain)="flow.reset()"
            (differentAccount)="flow.useDifferentAccount()"
          />
        }
        @case ('ended') {
          <div class="si-form">
            <si-heading [level]="headingLevel()">{{ said().title }}</si-heading>
            <p class="si-panel" role="alert"><si-alert-icon />{{ said().error }}</p>
            <button class="si-button" type="button" (click)="flow.reset()">
              {{ texts().startAgain }}
            </button>
          </div>
        }
        @case ('done') {
          <div class="si-form si-done">
            <svg class="si-tick" viewBox="0 0 48 48" aria-hidden="true">
              <circle cx="24" cy="24" r="20" />
              <path d="m15 24.5 6.5 6.5L33.5 18" />
            </svg>
            <si-heading [level]="headingLevel()">{{ said().title }}</si-heading>
            <p class="si-lead">{{ said().lead }}</p>
          </div>
        }
      }
    </section>
  `,
})
export class SignIn {
  /** Follows the step's name in the window title: `Check your email – Poolhouse`. */
  readonly appName = input('');
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
  protected readonly remembered = signal(false);
  protected readonly said = computed(() =>
    say(this.texts(), this.flow.snapshot(), this.byUsername),
  );
  private readonly byUsername = inject(SIGN_IN_OPTIONS).signInName === 'username';
  private readonly heading = viewChild(Heading);

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
    afterNextRender(() => this.offline.set(document.defaultView?.navigator.onLine === false));
    // The steps without a field of their own: a screen reader goes on at their heading.
    afterRenderEffect(() => this.heading()?.focus());
  }

  onSubmitLogin(login: Login): void {
    this.remembered.set(false);
    void this.flow.signIn(login.email, login.password);
  }

  onPasswordChosen({ password, attributes }: NewPassword): void {
    void this.flow.choosePassword(password, attributes);
  }

  onCodeCompleted(code: string): void {
    void this.flow.verify(code, this.remembered());
  }
}
