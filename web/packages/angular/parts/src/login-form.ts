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
import { Heading } from './heading';
import { PasswordField } from './password-field';
import { SIGN_IN_OPTIONS, SIGN_IN_TEXTS } from './provide-sign-in';
import { SubmitButton } from './submit-button';
import { uniqueId } from './unique-id';

export interface Login {
  readonly email: string;
  readonly password: string;
}

/**
 * Email or username, and password. It says what was typed and shows what it is told; it asks no
 * server. Fields of your own (`siFields`) go above its button, links (`siLinks`) below.
 */
@Component({
  selector: 'si-login-form',
  imports: [Heading, PasswordField, SubmitButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <!-- Should a browser ever submit it by itself: not into the address. -->
    <form class="si-form" method="post" novalidate (submit)="submit($event)">
      <div class="si-heading">
        <si-heading [level]="headingLevel()">{{ texts().signInTitle }}</si-heading>
        <p class="si-lead" [hidden]="!texts().signInLead">{{ texts().signInLead }}</p>
      </div>
      <div class="si-live" role="alert">
        @if (error() && !busy()) {
          <p class="si-panel">{{ error() }}</p>
        }
      </div>
      <div class="si-field">
        <label class="si-label" [for]="emailId">
          {{ byEmail ? texts().email : texts().username }}
        </label>
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
          [readOnly]="busy()"
          [attr.aria-invalid]="emailError() ? true : null"
          [attr.aria-describedby]="emailError() ? emailId + '-error' : null"
          (input)="emailError.set('')"
        />
        @if (emailError()) {
          <p class="si-field-error" [id]="emailId + '-error'">{{ emailError() }}</p>
        }
      </div>
      <si-password-field
        [label]="texts().password"
        [readonly]="busy()"
        [error]="passwordError()"
        (focused)="passwordFocused.emit()"
        (typed)="passwordError.set('')"
      />
      <ng-content select="[siFields]" />
      <si-submit-button
        [busy]="busy()"
        [label]="busy() ? (slow() ? texts().stillWorking : texts().signingIn) : texts().continue"
      />
      <ng-content select="[siLinks]" />
    </form>
  `,
})
export class LoginForm {
  /** Fills the email field; the focus then goes to the password. */
  readonly email = input('');
  readonly busy = input(false);
  readonly slow = input(false);
  /** Shown in a panel above the fields. */
  readonly error = input('');
  readonly headingLevel = input(1);
  readonly autofocus = input(true);

  /** Both fields are filled, and where it must be an email, it looks like one. Never while busy. */
  readonly submitLogin = output<Login>();
  /** The moment for `SignInFlow.prepare()`. */
  readonly passwordFocused = output();

  protected readonly texts = inject(SIGN_IN_TEXTS);
  protected readonly byEmail = inject(SIGN_IN_OPTIONS).signInName !== 'username';
  protected readonly emailId = uniqueId('email');
  protected readonly emailError = signal('');
  protected readonly passwordError = signal('');
  private readonly emailField = viewChild.required<ElementRef<HTMLInputElement>>('emailField');
  private readonly passwordField = viewChild.required(PasswordField);

  constructor() {
    afterNextRender(() => {
      const field = this.emailField().nativeElement;
      // Not by a binding: that would wipe what was typed while the page was only rendered.
      if (this.email() && !field.value) field.value = this.email();
      // Somebody who types already is not to be moved.
      if (!this.autofocus() || field.ownerDocument.activeElement?.matches('input')) return;
      if (field.value) this.passwordField().focus();
      else field.focus({ preventScroll: true });
    });
  }

  protected submit(event: Event): void {
    event.preventDefault();
    if (this.busy()) return;
    const field = this.emailField().nativeElement;
    const email = field.value.trim();
    const password = this.passwordField().value;
    this.emailError.set(this.checkEmail(email));
    this.passwordError.set(password ? '' : this.texts().passwordMissing);
    if (this.emailError()) {
      field.focus();
    } else if (this.passwordError()) {
      this.passwordField().focus();
    } else {
      this.passwordField().hide();
      this.submitLogin.emit({ email, password });
    }
  }

  private checkEmail(email: string): string {
    const texts = this.texts();
    if (!this.byEmail) return email ? '' : texts.usernameMissing;
    if (!email) return texts.emailMissing;
    return /^[^\s@]+@[^\s@]+$/.test(email) ? '' : texts.emailMalformed;
  }
}
