import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  computed,
  inject,
  input,
  signal,
} from '@angular/core';
import { SIGN_IN_TEXTS, SignInFlow } from '@poolhouse/angular/parts';
import { say } from '@poolhouse/auth/texts';
import { ConfirmCodeForm } from './confirm-code-form';
import { NewPassword, NewPasswordForm } from './new-password-form';

/** The steps after the login, in the card of `<si-sign-in>`. */
@Component({
  selector: 'si-later-steps',
  imports: [ConfirmCodeForm, NewPasswordForm],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    @let state = flow.state();
    @switch (state.step) {
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
    }
  `,
})
export class LaterSteps {
  readonly headingLevel = input(1);

  protected readonly flow = inject(SignInFlow);
  protected readonly remembered = signal(false);
  protected readonly said = computed(() => say(this.texts(), this.flow.snapshot()));
  private readonly texts = inject(SIGN_IN_TEXTS);

  onPasswordChosen({ password, attributes }: NewPassword): void {
    void this.flow.choosePassword(password, attributes);
  }

  onCodeCompleted(code: string): void {
    void this.flow.verify(code, this.remembered());
  }
}
