import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  afterNextRender,
  computed,
  inject,
  input,
  output,
  viewChild,
} from '@angular/core';
import type { AccountProblem } from '@poolhouse/auth/account';
import { fill, leadParts } from '@poolhouse/auth/common-texts';
import { Heading, SubmitButton, uniqueId } from '@poolhouse/angular/parts';
import {
  injectAllTexts,
  ACCOUNT_TEXTS,
  CodeField,
  NewPasswordField,
  ResendLink,
  isOwn,
} from '@poolhouse/angular/account-parts';

/** The mailed code, and a password in place of the forgotten one. It asks no server. */
@Component({
  selector: 'si-reset-form',
  imports: [CodeField, Heading, NewPasswordField, ResendLink, SubmitButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <form class="si-form" method="post" novalidate (submit)="submit($event)">
      <div class="si-heading">
        <si-heading [level]="headingLevel()">{{ common().newPasswordTitle }}</si-heading>
        <p class="si-lead" [id]="id">
          {{ lead()[0] }}<strong translate="no" dir="ltr">{{ lead()[1] }}</strong
          >{{ lead()[2] }}
        </p>
      </div>
      <div class="si-live" role="alert">
        @if (panel()) {
          <p class="si-panel">{{ panel() }}</p>
        }
      </div>
      <!-- For password managers: whose password it is. -->
      <input type="text" name="username" autocomplete="username" hidden [value]="name()" />
      <si-code-field
        [describedBy]="id"
        [busy]="busy()"
        [error]="ofCode() ? error() : ''"
        [note]="note()"
        (codeCompleted)="password().focus()"
      />
      <si-new-password-field
        [label]="common().newPassword"
        [readonly]="busy()"
        [problem]="problem()"
        [error]="error()"
      />
      <si-submit-button
        [busy]="busy()"
        [label]="busy() && slow() ? common().stillWorking : texts().savePassword"
      />
      <div class="si-links">
        <si-resend-link [sent]="sent()" [busy]="busy()" (asked)="resend.emit()" />
        <button type="button" class="si-link" (click)="signIn.emit()">
          {{ texts().backToSignIn }}
        </button>
      </div>
    </form>
  `,
})
export class ResetForm {
  readonly name = input.required<string>();
  /** A code was asked for just now. */
  readonly sent = input(true);
  readonly busy = input(false);
  readonly slow = input(false);
  readonly problem = input<AccountProblem | null>(null);
  readonly error = input('');
  readonly note = input('');
  readonly headingLevel = input(1);

  readonly passwordChosen = output<{ readonly code: string; readonly password: string }>();
  readonly resend = output();
  readonly signIn = output();

  protected readonly common = injectAllTexts();
  protected readonly texts = inject(ACCOUNT_TEXTS);
  protected readonly id = uniqueId('lead');
  protected readonly ofCode = computed(() => {
    const problem = this.problem();
    return problem === 'code-wrong' || problem === 'code-over';
  });
  protected readonly panel = computed(() =>
    this.ofCode() || isOwn(this.problem()) ? '' : this.error(),
  );
  protected readonly lead = computed(() => {
    const name = this.name();
    // Who has a code from before has not been sent one now.
    return this.sent() ? leadParts(fill(this.texts().forgotSent, { name }), name) : [];
  });
  protected readonly password = viewChild.required(NewPasswordField);
  private readonly code = viewChild.required(CodeField);

  constructor() {
    afterNextRender(() => this.code().focus());
  }

  /** Where what the server did not take can be put right. */
  focusPassword(): void {
    this.password().focus();
  }

  protected submit(event: Event): void {
    event.preventDefault();
    if (this.busy()) return;
    const code = this.code().take();
    const password = code === null ? null : this.password().take();
    if (code !== null && password !== null) this.passwordChosen.emit({ code, password });
  }
}
