import {
  ChangeDetectionStrategy,
  Component,
  ComponentRef,
  ViewContainerRef,
  ViewEncapsulation,
  computed,
  effect,
  inject,
  input,
} from '@angular/core';
import { SIGN_IN_TEXTS, SignInFlow, sayKnown } from '@poolhouse/angular/parts';
import { ConfirmCodeForm } from './confirm-code-form';

/** The step of the code, in the card of `<si-sign-in>`. */
@Component({
  selector: 'si-code-step',
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: '',
})
export class CodeStep {
  readonly headingLevel = input(1);

  private readonly flow = inject(SignInFlow);
  private readonly texts = inject(SIGN_IN_TEXTS);
  private readonly place = inject(ViewContainerRef);
  private form: ComponentRef<ConfirmCodeForm> | undefined;
  /** The form's inputs by their names; most are those of what they come from. */
  private readonly inputs = computed(() => {
    const snapshot = this.flow.snapshot();
    const { state, expiresIn, resendIn, slow } = snapshot;
    if (state.step !== 'code') return null;
    const { busy, pending, problem } = state;
    const { destination, codeLength: length, alphabet, waiting, mail, rememberDays } = pending;
    const { error, notice, hint } = sayKnown(this.texts(), snapshot);
    const expired = problem?.kind === 'expired' || problem?.kind === 'used';
    const headingLevel = this.headingLevel();
    return {
      ...{ destination, length, alphabet, waiting, mail, rememberDays },
      ...{ expiresIn, resendIn, slow, busy, expired, error, notice, hint, headingLevel },
    };
  });

  constructor() {
    effect(() => {
      const inputs = this.inputs();
      if (inputs) this.form ??= this.createForm();
      else this.place.clear();
      for (const each of Object.entries(inputs ?? {})) this.form?.setInput(...each);
    });
  }

  onCodeCompleted(code: string): void {
    void this.flow.verify(code, this.form?.instance.remembered());
  }

  private createForm(): ComponentRef<ConfirmCodeForm> {
    const form = this.place.createComponent(ConfirmCodeForm);
    const { codeCompleted, resend, startAgain, differentAccount } = form.instance;
    codeCompleted.subscribe((code) => this.onCodeCompleted(code));
    resend.subscribe(() => void this.flow.resend());
    startAgain.subscribe(() => this.flow.reset());
    differentAccount.subscribe(() => this.flow.useDifferentAccount());
    form.onDestroy(() => (this.form = undefined));
    return form;
  }
}

/** What shows a step after the login. That of a first password is fetched where one is asked for. */
export async function stepAfterLogin(step: 'code' | 'new-password') {
  if (step === 'code') return CodeStep;
  return (await import('@poolhouse/angular/first-password')).PasswordStep;
}
