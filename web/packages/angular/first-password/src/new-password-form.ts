import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  ViewEncapsulation,
  afterNextRender,
  computed,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import type { Metadata } from '@poolhouse/auth';
import { attributePurpose, passwordRules } from '@poolhouse/auth/password-policy';
import { RARE_ENGLISH } from '@poolhouse/auth/rare-texts';
import {
  Heading,
  PasswordField,
  SIGN_IN_OPTIONS,
  SIGN_IN_TEXTS,
  SubmitButton,
  uniqueId,
} from '@poolhouse/angular/parts';

export interface NewPassword {
  readonly password: string;
  readonly attributes: Metadata;
}

/** A password in place of a temporary one, and the attributes that the pool requires. */
@Component({
  selector: 'si-new-password-form',
  imports: [Heading, PasswordField, SubmitButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <form #form class="si-form" method="post" novalidate (submit)="submit($event)">
      <div class="si-heading">
        <si-heading [level]="headingLevel()">{{ texts().newPasswordTitle }}</si-heading>
        <p class="si-lead">{{ texts().newPasswordLead }}</p>
      </div>
      <div class="si-live" role="alert">
        @if (error() && !busy()) {
          <p class="si-panel">{{ error() }}</p>
        }
      </div>
      <!-- For password managers: whose password it is. -->
      <input type="text" name="username" autocomplete="username" hidden [value]="email()" />
      @for (name of required(); track name) {
        <div class="si-field">
          <label class="si-label" [for]="id + name">{{ texts().attributes[name] ?? name }}</label>
          <input
            class="si-input"
            required
            [id]="id + name"
            [attr.data-attribute]="name"
            [autocomplete]="purpose(name)"
            [readOnly]="busy()"
            [attr.aria-invalid]="missing().includes(name) || null"
            [attr.aria-describedby]="missing().includes(name) ? id + name + '-error' : null"
            (input)="missing.set([])"
          />
          @if (missing().includes(name)) {
            <p class="si-field-error" [id]="id + name + '-error'">{{ texts().fieldMissing }}</p>
          }
        </div>
      }
      <si-password-field
        autocomplete="new-password"
        [label]="texts().newPassword"
        [readonly]="busy()"
        [error]="passwordError()"
        [describedBy]="id + 'rules'"
        (typed)="typed($event)"
      />
      <ul class="si-rules" [id]="id + 'rules'">
        @for (rule of rules(); track rule.text) {
          <li class="si-rule" [class.si-rule--met]="rule.met">
            {{ rule.text }}
            @if (rule.met) {
              <span class="si-visually-hidden">({{ texts().ruleMet }})</span>
            }
          </li>
        }
      </ul>
      <si-submit-button
        [busy]="busy()"
        [label]="busy() ? (slow() ? texts().stillWorking : texts().signingIn) : texts().continue"
      />
      <div class="si-links">
        <button type="button" class="si-link" (click)="differentAccount.emit()">
          {{ texts().differentAccount }}
        </button>
      </div>
    </form>
  `,
})
export class NewPasswordForm {
  readonly email = input('');
  /** Names of the attributes to ask for: `given_name`. */
  readonly required = input<readonly string[]>([]);
  readonly busy = input(false);
  readonly slow = input(false);
  /** Shown in a panel above the fields. */
  readonly error = input('');
  readonly headingLevel = input(1);

  /** All fields are filled and all rules met. Never while busy. */
  readonly passwordChosen = output<NewPassword>();
  readonly differentAccount = output();

  protected readonly texts = computed(() => ({ ...RARE_ENGLISH, ...this.known() }));
  protected readonly purpose = attributePurpose;
  protected readonly id = uniqueId('new-password');
  protected readonly missing = signal<readonly string[]>([]);
  protected readonly passwordError = signal('');
  protected readonly rules = computed(() =>
    passwordRules(this.texts(), this.policy, this.password()),
  );
  private readonly known = inject(SIGN_IN_TEXTS);
  private readonly policy = inject(SIGN_IN_OPTIONS).passwordPolicy ?? {};
  private readonly password = signal('');
  private readonly field = viewChild.required(PasswordField);
  private readonly form = viewChild.required<ElementRef<HTMLFormElement>>('form');

  constructor() {
    afterNextRender(() => {
      const [first] = this.attributes();
      if (first) first.focus();
      else this.field().focus();
    });
  }

  private attributes(): HTMLInputElement[] {
    return [...this.form().nativeElement.querySelectorAll<HTMLInputElement>('[data-attribute]')];
  }

  protected typed(password: string): void {
    this.password.set(password);
    this.passwordError.set('');
  }

  protected submit(event: Event): void {
    event.preventDefault();
    if (this.busy()) return;
    const fields = this.attributes();
    const given = fields.map((field) => [field.dataset['attribute'] ?? '', field.value.trim()]);
    const missing = given.filter(([, value]) => !value).map(([name]) => name);
    const met = this.rules().every((rule) => rule.met);
    this.missing.set(missing);
    this.passwordError.set(met ? '' : this.texts().passwordWeak);
    if (missing.length) {
      fields.find((field) => !field.value.trim())?.focus();
    } else if (!met) {
      this.field().focus();
    } else {
      this.field().hide();
      const attributes = Object.fromEntries(given) as Metadata;
      this.passwordChosen.emit({ password: this.password(), attributes });
    }
  }
}
