import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  afterNextRender,
  inject,
  input,
  output,
  viewChild,
} from '@angular/core';
import { Heading, SIGN_IN_TEXTS, SubmitButton } from '@poolhouse/angular/parts';
import { ACCOUNT_TEXTS } from '@poolhouse/angular/account-parts';
import { NameField } from './name-field';

/** Whose password was forgotten. It asks no server. */
@Component({
  selector: 'si-forgot-form',
  imports: [Heading, NameField, SubmitButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <form class="si-form" method="post" novalidate (submit)="submit($event)">
      <div class="si-heading">
        <si-heading [level]="headingLevel()">{{ texts().forgotTitle }}</si-heading>
        <p class="si-lead">{{ texts().forgotLead }}</p>
      </div>
      <div class="si-live" role="alert">
        @if (error()) {
          <p class="si-panel">{{ error() }}</p>
        }
      </div>
      <si-name-field [initial]="name()" [readonly]="busy()" />
      <si-submit-button
        [busy]="busy()"
        [label]="busy() && slow() ? common().stillWorking : texts().sendCode"
      />
      <div class="si-links">
        <button type="button" class="si-link" (click)="enterCode()">{{ texts().haveCode }}</button>
        <button type="button" class="si-link" (click)="signIn.emit(field().typed())">
          {{ texts().backToSignIn }}
        </button>
      </div>
    </form>
  `,
})
export class ForgotForm {
  readonly name = input('');
  readonly busy = input(false);
  readonly slow = input(false);
  readonly error = input('');
  readonly headingLevel = input(1);

  readonly submitName = output<string>();
  /** For a code that is there already. */
  readonly haveCode = output<string>();
  readonly signIn = output<string>();

  protected readonly common = inject(SIGN_IN_TEXTS);
  protected readonly texts = inject(ACCOUNT_TEXTS);
  protected readonly field = viewChild.required(NameField);

  constructor() {
    afterNextRender(() => this.field().focus());
  }

  protected submit(event: Event): void {
    event.preventDefault();
    const name = this.busy() ? null : this.field().take();
    if (name !== null) this.submitName.emit(name);
  }

  protected enterCode(): void {
    const name = this.busy() ? null : this.field().take();
    if (name !== null) this.haveCode.emit(name);
  }
}
