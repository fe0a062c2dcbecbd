import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  afterNextRender,
  computed,
  inject,
  input,
  output,
  signal,
  viewChild,
  viewChildren,
} from '@angular/core';
import { AccountProblem, NewUser, attributeField } from '@poolhouse/auth/account';
import { Heading, SubmitButton } from '@poolhouse/angular/parts';
import {
  injectAllTexts,
  ACCOUNT_TEXTS,
  NewPasswordField,
  TextField,
  isOwn,
} from '@poolhouse/angular/account-parts';
import { NameField } from './name-field';

/** Name, password, and what else the pool wants to know. It asks no server. */
@Component({
  selector: 'si-sign-up-form',
  imports: [Heading, NameField, NewPasswordField, SubmitButton, TextField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <form class="si-form" method="post" novalidate (submit)="submit($event)">
      <si-heading [level]="headingLevel()">{{ texts().signUp }}</si-heading>
      <div class="si-live" role="alert">
        @if (panel()) {
          <p class="si-panel">{{ panel() }}</p>
        }
      </div>
      <si-name-field [isNew]="true" [initial]="name()" [readonly]="busy()" />
      @for (field of fields(); track field.name) {
        <si-text-field
          [name]="field.name"
          [label]="field.label"
          [type]="field.type"
          [autocomplete]="field.purpose"
          [readonly]="busy()"
          [error]="missing().includes(field.name) ? common().fieldMissing : ''"
          (typed)="missing.set([])"
        />
      }
      <si-new-password-field
        [label]="common().password"
        [readonly]="busy()"
        [problem]="problem()"
        [error]="error()"
      />
      <si-submit-button
        [busy]="busy()"
        [label]="busy() && slow() ? common().stillWorking : texts().signUp"
      />
      <div class="si-links">
        @if (problem() === 'name-taken' || problem() === 'email-taken') {
          <button type="button" class="si-link" (click)="confirm()">
            {{ texts().confirmAccount }}
          </button>
        }
        <button type="button" class="si-link" (click)="signIn.emit(nameField().typed())">
          {{ texts().backToSignIn }}
        </button>
      </div>
    </form>
  `,
})
export class SignUpForm {
  readonly name = input('');
  /** Names of the attributes to ask for: `given_name`. */
  readonly attributes = input<readonly string[]>([]);
  readonly busy = input(false);
  readonly slow = input(false);
  readonly problem = input<AccountProblem | null>(null);
  readonly error = input('');
  readonly headingLevel = input(1);

  /** All fields are filled and all rules met. Never while busy. */
  readonly submitSignUp = output<NewUser>();
  /** The account is there already: for the code of an earlier sign-up. */
  readonly confirmName = output<string>();
  readonly signIn = output<string>();

  protected readonly common = injectAllTexts();
  protected readonly texts = inject(ACCOUNT_TEXTS);
  protected readonly missing = signal<readonly string[]>([]);
  protected readonly panel = computed(() => (isOwn(this.problem()) ? '' : this.error()));
  protected readonly fields = computed(() =>
    this.attributes().map((name) => ({ name, ...attributeField(this.common(), name) })),
  );
  protected readonly nameField = viewChild.required(NameField);
  private readonly password = viewChild.required(NewPasswordField);
  private readonly others = viewChildren(TextField);

  constructor() {
    afterNextRender(() => this.nameField().focus());
  }

  /** Where what the server did not take can be put right. */
  focusPassword(): void {
    this.password().focus();
  }

  protected submit(event: Event): void {
    event.preventDefault();
    if (this.busy()) return;
    const username = this.nameField().take();
    const given = this.others().map((field) => [field.name(), field.value] as const);
    const missing = given.filter(([, value]) => !value).map(([name]) => name);
    this.missing.set(missing);
    if (username === null) return;
    if (missing.length) {
      this.others()
        .find((field) => !field.value)
        ?.focus();
      return;
    }
    const password = this.password().take();
    if (password === null) return;
    this.submitSignUp.emit({ username, password, attributes: Object.fromEntries(given) });
  }

  protected confirm(): void {
    const name = this.nameField().take();
    if (name !== null) this.confirmName.emit(name);
  }
}
