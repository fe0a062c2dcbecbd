import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  computed,
  inject,
  input,
  linkedSignal,
  signal,
  viewChild,
} from '@angular/core';
import type { AccountProblem } from '@poolhouse/auth/account';
import { injectAllTexts } from './all-texts';
import { passwordRules } from '@poolhouse/auth/password-policy';
import { PasswordField, SIGN_IN_OPTIONS, uniqueId } from '@poolhouse/angular/parts';

/** Problems that are this field's. */
const OWN: readonly (AccountProblem | null)[] = [
  'password-weak',
  'password-guessable',
  'password-spaces',
  'password-used',
];

/** A password to choose, with the pool's rules, ticked as they are met. */
@Component({
  selector: 'si-new-password-field',
  imports: [PasswordField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  host: { class: 'si-new-password' },
  template: `
    <si-password-field
      autocomplete="new-password"
      [label]="label()"
      [readonly]="readonly()"
      [error]="complaint()"
      [describedBy]="id"
      (typed)="typed($event)"
    />
    <ul class="si-rules" [id]="id">
      @for (rule of rules(); track rule.text) {
        <li class="si-rule" [class.si-rule--met]="rule.met">
          {{ rule.text }}
          @if (rule.met) {
            <span class="si-visually-hidden">({{ texts().ruleMet }})</span>
          }
        </li>
      }
    </ul>
  `,
})
export class NewPasswordField {
  readonly label = input.required<string>();
  readonly readonly = input(false);
  /** What became of the last try, of which this field says what is about the password. */
  readonly problem = input<AccountProblem | null>(null);
  /** The same in words. */
  readonly error = input('');

  protected readonly texts = injectAllTexts();
  protected readonly id = uniqueId('rules');
  protected readonly password = signal('');
  protected readonly rules = computed(() =>
    passwordRules(this.texts(), this.policy, this.password()),
  );
  private readonly policy = inject(SIGN_IN_OPTIONS).passwordPolicy ?? {};
  private readonly field = viewChild.required(PasswordField);
  /** What was typed last does not meet the rules, as this field itself has found. */
  private readonly weak = signal(false);
  /** Something else has been typed since the last answer. */
  private readonly changed = linkedSignal({ source: this.problem, computation: () => false });
  protected readonly complaint = computed(() => {
    if (this.weak()) return this.texts().passwordWeak;
    return isOwn(this.problem()) && !this.changed() ? this.error() : '';
  });

  /** The password, if it meets the rules; otherwise the field says so and takes the focus. */
  take(): string | null {
    // What a password manager has filled in may have made no event.
    this.password.set(this.field().value);
    this.weak.set(!this.rules().every((rule) => rule.met));
    if (this.weak()) {
      this.field().focus();
      return null;
    }
    this.field().hide();
    return this.password();
  }

  focus(): void {
    this.field().focus();
  }

  protected typed(password: string): void {
    this.password.set(password);
    this.weak.set(false);
    this.changed.set(true);
  }
}

/** Whether a problem is for the field of the new password to say, and not for the form. */
export function isOwn(problem: AccountProblem | null): boolean {
  return OWN.includes(problem);
}
