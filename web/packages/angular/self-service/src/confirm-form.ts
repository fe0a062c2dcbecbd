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
import { Heading, SIGN_IN_TEXTS, SubmitButton, uniqueId } from '@poolhouse/angular/parts';
import { ACCOUNT_TEXTS, CodeField, ResendLink } from '@poolhouse/angular/account-parts';
import { NameField } from './name-field';

/** What is wrong with the code itself. */
const OF_CODE: readonly (AccountProblem | null)[] = ['code-wrong', 'code-over'];

/** The code that confirms a sign-up. It asks no server. */
@Component({
  selector: 'si-confirm-sign-up-form',
  imports: [CodeField, Heading, NameField, ResendLink, SubmitButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <form class="si-form" method="post" novalidate (submit)="submit($event)">
      <div class="si-heading">
        <si-heading [level]="headingLevel()">{{ texts().confirmAccount }}</si-heading>
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
      @if (!name()) {
        <si-name-field [readonly]="busy()" />
      }
      <si-code-field
        [describedBy]="id"
        [busy]="busy()"
        [error]="panel() ? '' : error()"
        [note]="note()"
        (codeCompleted)="send($event)"
      />
      <si-submit-button [busy]="busy()" [label]="label()" />
      <div class="si-links">
        <si-resend-link [sent]="destination() !== ''" [busy]="busy()" (asked)="ask()" />
        <button type="button" class="si-link" (click)="signIn.emit()">
          {{ texts().backToSignIn }}
        </button>
      </div>
    </form>
  `,
})
export class ConfirmSignUpForm {
  /** Whose code it is; asked for where it is not known. */
  readonly name = input('');
  /** The masked address; a sentence without one is shown when empty. */
  readonly destination = input('');
  readonly busy = input(false);
  readonly slow = input(false);
  readonly problem = input<AccountProblem | null>(null);
  readonly error = input('');
  readonly note = input('');
  readonly headingLevel = input(1);

  readonly codeCompleted = output<{ readonly name: string; readonly code: string }>();
  /** Another code, for this name. */
  readonly resend = output<string>();
  readonly signIn = output();

  protected readonly texts = inject(ACCOUNT_TEXTS);
  protected readonly id = uniqueId('lead');
  protected readonly panel = computed(() => (OF_CODE.includes(this.problem()) ? '' : this.error()));
  protected readonly lead = computed(() => {
    const { confirmLead, confirmLeadUnknown } = this.texts();
    const address = this.destination();
    return address ? leadParts(fill(confirmLead, { address }), address) : [confirmLeadUnknown];
  });
  protected readonly label = computed(() => {
    if (!this.busy()) return this.texts().confirmAccount;
    return this.slow() ? this.common().stillWorking : this.common().verifying;
  });
  private readonly common = inject(SIGN_IN_TEXTS);
  private readonly nameField = viewChild(NameField);
  private readonly code = viewChild.required(CodeField);

  constructor() {
    afterNextRender(() => (this.nameField() ?? this.code()).focus());
  }

  protected submit(event: Event): void {
    event.preventDefault();
    if (this.busy()) return;
    const name = this.whose();
    const code = name === null ? null : this.code().take();
    if (name !== null && code !== null) this.codeCompleted.emit({ name, code });
  }

  protected send(code: string): void {
    const name = this.whose();
    if (name !== null) this.codeCompleted.emit({ name, code });
  }

  protected ask(): void {
    const name = this.whose();
    if (name !== null) this.resend.emit(name);
  }

  private whose(): string | null {
    const field = this.nameField();
    return field ? field.take() : this.name();
  }
}
