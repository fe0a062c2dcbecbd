import {
  ChangeDetectionStrategy,
  Component,
  DOCUMENT,
  ElementRef,
  ViewEncapsulation,
  afterRenderEffect,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { Tokens } from '../auth/auth-client';
import { SignInFlow } from '../flow/sign-in-flow';
import { SIGN_IN_TEXTS } from '../provide-sign-in';
import { endText, problemText } from '../texts';
import { AlertIcon } from './alert-icon';
import { ConfirmCodeForm } from './confirm-code-form';
import { Login, LoginForm } from './login-form';

/** The whole sign-in in one card. Content goes above the forms: a logo, say. */
@Component({
  selector: 'si-sign-in',
  imports: [AlertIcon, ConfirmCodeForm, LoginForm],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  host: {
    '[attr.lang]': 'texts.lang',
    '[attr.dir]': 'texts.dir',
    '(window:offline)': 'offline.set(true)',
    '(window:online)': 'offline.set(false)',
  },
  template: `
    <section class="si-card">
      <ng-content />
      <div class="si-live" role="status">
        @if (offline()) {
          <p class="si-offline">{{ texts.offline }}</p>
        }
      </div>
      @let state = flow.state();
      @switch (state.step) {
        @case ('credentials') {
          <si-login-form
            [email]="flow.email()"
            [busy]="state.busy"
            [slow]="flow.slow()"
            [error]="error()"
            (passwordFocused)="flow.prepare()"
            (submitLogin)="onSubmitLogin($event)"
          />
        }
        @case ('code') {
          <si-confirm-code-form
            [destination]="state.pending.destination"
            [length]="state.pending.codeLength"
            [alphabet]="state.pending.alphabet"
            [expiresIn]="flow.expiresIn()"
            [resendIn]="flow.resendIn()"
            [expired]="state.problem?.kind === 'expired'"
            [busy]="state.busy"
            [slow]="flow.slow()"
            [error]="error()"
            [notice]="notice()"
            [hint]="hint()"
            (codeCompleted)="onCodeCompleted($event)"
            (resend)="flow.resend()"
            (startAgain)="flow.reset()"
            (differentAccount)="flow.useDifferentAccount()"
          />
        }
        @case ('ended') {
          <div class="si-form">
            <h1 class="si-title" tabindex="-1" #heading>{{ texts.endedTitle }}</h1>
            <p class="si-panel" role="alert"><si-alert-icon />{{ error() }}</p>
            <button class="si-button" type="button" (click)="flow.reset()">
              {{ texts.startAgain }}
            </button>
          </div>
        }
        @case ('done') {
          <div class="si-form si-done">
            <svg class="si-tick" viewBox="0 0 48 48" aria-hidden="true">
              <circle cx="24" cy="24" r="20" />
              <path d="m15 24.5 6.5 6.5L33.5 18" />
            </svg>
            <h1 class="si-title" tabindex="-1" #heading>{{ texts.doneTitle }}</h1>
            <p class="si-lead">{{ texts.doneLead }}</p>
          </div>
        }
      }
    </section>
  `,
})
export class SignIn {
  /** Follows the step's name in the window title: `Check your email – Poolhouse`. */
  readonly appName = input('');
  /** The tokens. The card shows that it worked; taking the person onwards is the app's part. */
  readonly signedIn = output<Tokens>();

  protected readonly texts = inject(SIGN_IN_TEXTS);
  protected readonly flow = inject(SignInFlow);
  protected readonly offline = signal(!navigator.onLine);
  protected readonly error = computed(() => {
    const state = this.flow.state();
    if (state.step === 'ended') return endText(this.texts, state.reason);
    if (state.step === 'done' || !state.problem) return '';
    if (state.problem.kind === 'expired' && this.flow.resendIn() === null)
      return this.texts.codeExpiredForGood;
    return problemText(this.texts, state.problem);
  });
  protected readonly notice = computed(() => {
    const { resent, renewed } = this.texts;
    const said = this.said();
    return said === 'resent' ? resent : said === 'renewed' ? renewed : '';
  });
  protected readonly hint = computed(() =>
    this.said() === 'too-soon' ? this.texts.resentTooSoon : '',
  );
  private readonly said = computed(() => {
    const state = this.flow.state();
    return state.step === 'code' ? state.notice : null;
  });
  private readonly heading = viewChild<ElementRef<HTMLElement>>('heading');
  private readonly title = computed(() => {
    const titles = {
      credentials: this.texts.signInTitle,
      code: this.texts.codeTitle,
      ended: this.texts.endedTitle,
      done: this.texts.doneTitle,
    };
    return titles[this.flow.state().step];
  });

  constructor() {
    const document = inject(DOCUMENT);
    effect(() => {
      document.title = [this.title(), this.appName()].filter(Boolean).join(' – ');
    });
    effect(() => {
      const tokens = this.flow.tokens();
      if (tokens) this.signedIn.emit(tokens);
    });
    // The steps without a field of their own: a screen reader goes on at their heading.
    afterRenderEffect(() => this.heading()?.nativeElement.focus());
  }

  onSubmitLogin(login: Login): void {
    void this.flow.signIn(login.email, login.password);
  }

  onCodeCompleted(code: string): void {
    void this.flow.verify(code);
  }
}
