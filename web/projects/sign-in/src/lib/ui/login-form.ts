import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  ViewEncapsulation,
  afterNextRender,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { SIGN_IN_NAME, SIGN_IN_TEXTS } from '../provide-sign-in';
import { AlertIcon } from './alert-icon';
import { uniqueId } from './unique-id';

export interface Login {
  readonly email: string;
  readonly password: string;
}

/** E-mail or username, and password. It says what was typed and shows what it is told; it asks no server. */
@Component({
  selector: 'si-login-form',
  imports: [AlertIcon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <form class="si-form" novalidate (submit)="submit($event)">
      <div class="si-heading">
        <h1 class="si-title">{{ texts.signInTitle }}</h1>
        <p class="si-lead">{{ texts.signInLead }}</p>
      </div>
      <div class="si-live" role="alert">
        @if (error() && !busy()) {
          <p class="si-panel"><si-alert-icon />{{ error() }}</p>
        }
      </div>
      <div class="si-field">
        <label class="si-label" [for]="emailId">{{ byEmail ? texts.email : texts.username }}</label>
        <input
          #emailField
          class="si-input"
          [type]="byEmail ? 'email' : 'text'"
          name="username"
          autocomplete="username"
          [attr.inputmode]="byEmail ? 'email' : null"
          autocapitalize="off"
          spellcheck="false"
          enterkeyhint="next"
          required
          [id]="emailId"
          [value]="email()"
          [readOnly]="busy()"
          [attr.aria-invalid]="emailError() ? true : null"
          [attr.aria-describedby]="emailError() ? emailId + '-error' : null"
          (input)="emailError.set('')"
        />
        @if (emailError()) {
          <p class="si-field-error" [id]="emailId + '-error'">{{ emailError() }}</p>
        }
      </div>
      <div class="si-field">
        <label class="si-label" [for]="passwordId">{{ texts.password }}</label>
        <div class="si-input-wrap">
          <input
            #passwordField
            class="si-input"
            name="password"
            autocomplete="current-password"
            autocapitalize="off"
            spellcheck="false"
            enterkeyhint="go"
            required
            [type]="revealed() ? 'text' : 'password'"
            [id]="passwordId"
            [readOnly]="busy()"
            [attr.aria-invalid]="passwordError() ? true : null"
            [attr.aria-describedby]="passwordError() ? passwordId + '-error' : null"
            (focus)="passwordFocused.emit()"
            (input)="passwordError.set('')"
          />
          <button
            type="button"
            class="si-reveal"
            [attr.aria-label]="revealed() ? texts.hidePassword : texts.showPassword"
            [attr.aria-controls]="passwordId"
            (click)="revealed.set(!revealed())"
          >
            <svg class="si-icon si-icon--line" viewBox="0 0 24 24" aria-hidden="true">
              <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z" />
              <circle cx="12" cy="12" r="3" />
              @if (revealed()) {
                <path d="m4 4 16 16" />
              }
            </svg>
          </button>
        </div>
        @if (passwordError()) {
          <p class="si-field-error" [id]="passwordId + '-error'">{{ passwordError() }}</p>
        }
      </div>
      <button class="si-button" type="submit" [attr.aria-disabled]="busy() || null">
        @if (busy()) {
          <span class="si-spinner" aria-hidden="true"></span>
          {{ slow() ? texts.stillWorking : texts.signingIn }}
        } @else {
          {{ texts.continue }}
        }
      </button>
      <div class="si-visually-hidden" role="status">
        @if (busy()) {
          {{ slow() ? texts.stillWorking : texts.signingIn }}
        }
      </div>
    </form>
  `,
})
export class LoginForm {
  /** Fills the e-mail field; the focus then goes to the password. */
  readonly email = input('');
  readonly busy = input(false);
  readonly slow = input(false);
  /** Shown in a panel above the fields. */
  readonly error = input('');

  /** Both fields are filled, and where it must be an e-mail, it looks like one. Never while busy. */
  readonly submitLogin = output<Login>();
  /** The moment for `SignInFlow.prepare()`. */
  readonly passwordFocused = output();

  protected readonly texts = inject(SIGN_IN_TEXTS);
  protected readonly byEmail = inject(SIGN_IN_NAME) === 'email';
  protected readonly emailId = uniqueId('email');
  protected readonly passwordId = uniqueId('password');
  protected readonly revealed = signal(false);
  protected readonly emailError = signal('');
  protected readonly passwordError = signal('');
  private readonly emailField = viewChild.required<ElementRef<HTMLInputElement>>('emailField');
  private readonly passwordField =
    viewChild.required<ElementRef<HTMLInputElement>>('passwordField');

  constructor() {
    afterNextRender(() => {
      const field = this.email() ? this.passwordField() : this.emailField();
      field.nativeElement.focus({ preventScroll: true });
    });
  }

  protected submit(event: Event): void {
    event.preventDefault();
    if (this.busy()) return;
    const emailElement = this.emailField().nativeElement;
    const passwordElement = this.passwordField().nativeElement;
    const email = emailElement.value.trim();
    const password = passwordElement.value;
    this.emailError.set(this.checkEmail(email));
    this.passwordError.set(password ? '' : this.texts.passwordMissing);
    if (this.emailError()) {
      emailElement.focus();
    } else if (this.passwordError()) {
      passwordElement.focus();
    } else {
      // A revealed password would stay on the screen while the server thinks.
      this.revealed.set(false);
      this.submitLogin.emit({ email, password });
    }
  }

  private checkEmail(email: string): string {
    if (!this.byEmail) return email ? '' : this.texts.usernameMissing;
    if (!email) return this.texts.emailMissing;
    return /^[^\s@]+@[^\s@]+$/.test(email) ? '' : this.texts.emailMalformed;
  }
}
