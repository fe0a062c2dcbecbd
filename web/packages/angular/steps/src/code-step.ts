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

/** The step of the code, in the card of `<si-sign-in>`. */
@Component({
  selector: 'si-code-step',
  imports: [ConfirmCodeForm],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    @let state = flow.state();
    @if (state.step === 'code') {
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
  `,
})
export class CodeStep {
  readonly headingLevel = input(1);

  protected readonly flow = inject(SignInFlow);
  protected readonly remembered = signal(false);
  protected readonly said = computed(() => say(this.texts(), this.flow.snapshot()));
  private readonly texts = inject(SIGN_IN_TEXTS);

  onCodeCompleted(code: string): void {
    void this.flow.verify(code, this.remembered());
  }
}

/** What shows a step after the login. That of a first password is fetched where one is asked for. */
export async function stepAfterLogin(step: 'code' | 'new-password') {
  if (step === 'code') return CodeStep;
  return (await import('@poolhouse/angular/first-password')).PasswordStep;
}
