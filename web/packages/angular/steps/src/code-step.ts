import {
  ChangeDetectionStrategy,
  Component,
  ComponentRef,
  PendingTasks,
  ViewContainerRef,
  ViewEncapsulation,
  computed,
  effect,
  inject,
} from '@angular/core';
import { SIGN_IN_TEXTS, SignIn, SignInFlow, sayKnown } from '@poolhouse/angular/parts';
import { ConfirmCodeForm } from './confirm-code-form';

/** The step of the code, in the card of `<si-sign-in>`. */
@Component({
  selector: 'si-code-step',
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: '',
})
export class CodeStep {
  private readonly card = inject(SignIn);
  private readonly flow = inject(SignInFlow);
  private readonly texts = inject(SIGN_IN_TEXTS);
  private readonly place = inject(ViewContainerRef);
  private readonly pendingTasks = inject(PendingTasks);
  private form: ComponentRef<ConfirmCodeForm> | undefined;
  /** The form's inputs by their names; most are those of what they come from. */
  private readonly inputs = computed(() => {
    const snapshot = this.flow.snapshot();
    const { state, expiresIn, resendIn, slow } = snapshot;
    if (state.step !== 'code') return null;
    const { busy, pending, problem } = state;
    const { error, notice, hint } = sayKnown(this.texts(), snapshot);
    return {
      destination: pending.destination,
      length: pending.codeLength,
      alphabet: pending.alphabet,
      waiting: pending.waiting,
      mail: pending.mail,
      rememberDays: pending.rememberDays,
      expired: problem?.kind === 'expired' || problem?.kind === 'used',
      headingLevel: this.card.headingLevel(),
      expiresIn,
      resendIn,
      slow,
      busy,
      error,
      notice,
      hint,
    };
  });

  constructor() {
    effect((onCleanup) => {
      const inputs = this.inputs();
      if (!inputs) return this.place.clear();
      if (this.form) return tell(this.form, inputs);
      const done = this.pendingTasks.add();
      // Made in one task and drawn in another: both in one hold a phone up.
      const opening = setTimeout(() => {
        // Before the turn that Angular takes by itself, which may be the browser's for its layout, too.
        setTimeout(() => {
          this.form?.changeDetectorRef.detectChanges();
          done();
        });
        tell((this.form = this.createForm()), inputs);
      });
      onCleanup(() => {
        clearTimeout(opening);
        done();
      });
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

function tell(form: ComponentRef<ConfirmCodeForm>, inputs: object): void {
  for (const each of Object.entries(inputs)) form.setInput(...each);
}

/** What shows a step after the login. Those of a first password and of second factors are fetched where they are asked for. */
export async function stepAfterLogin(step: 'code' | 'new-password' | 'factor') {
  if (step === 'code') return CodeStep;
  if (step === 'factor') return (await import('@poolhouse/angular/factors')).FactorStep;
  return (await import('@poolhouse/angular/first-password')).PasswordStep;
}
