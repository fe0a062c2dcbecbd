import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  computed,
  inject,
} from '@angular/core';
import { SIGN_IN_TEXTS, SignIn, SignInFlow, sayKnown } from '@poolhouse/angular/parts';
import { FactorForm } from './factor-form';

/** The step of a second factor, a choice, a set-up or a passkey, in the card of `<si-sign-in>`. */
@Component({
  selector: 'si-factor-step',
  imports: [FactorForm],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <!-- One step may follow another: each has a form of its own. -->
    @for (state of states(); track state.challenge) {
      <si-factor-form
        [challenge]="state.challenge"
        [account]="flow.email()"
        [busy]="state.busy"
        [slow]="flow.slow()"
        [title]="said().title"
        [lead]="said().lead"
        [error]="said().error"
        [headingLevel]="card.headingLevel()"
        (answered)="onAnswered($event)"
        (startAgain)="flow.reset()"
        (differentAccount)="flow.useDifferentAccount()"
      />
    }
  `,
})
export class FactorStep {
  protected readonly card = inject(SignIn);
  protected readonly flow = inject(SignInFlow);
  /** The state of this step, or none. */
  protected readonly states = computed(() => {
    const state = this.flow.state();
    return state.step === 'factor' ? [state] : [];
  });
  protected readonly said = computed(() => sayKnown(this.texts(), this.flow.snapshot()));
  private readonly texts = inject(SIGN_IN_TEXTS);

  onAnswered(answer: string): void {
    void this.flow.answerFactor(answer);
  }
}
