import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  computed,
  inject,
  input,
} from '@angular/core';
import { SIGN_IN_TEXTS, SignInFlow, sayKnown } from '@poolhouse/angular/parts';
import { FactorForm } from './factor-form';

/** The step of a second factor, a choice, a set-up or a passkey, in the card of `<si-sign-in>`. */
@Component({
  selector: 'si-factor-step',
  imports: [FactorForm],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    @let state = flow.state();
    @if (state.step === 'factor') {
      <!-- One step may follow another: each has a form of its own. -->
      @for (challenge of [state.challenge]; track challenge) {
        <si-factor-form
          [challenge]="challenge"
          [account]="flow.email()"
          [busy]="state.busy"
          [slow]="flow.slow()"
          [title]="said().title"
          [lead]="said().lead"
          [error]="said().error"
          [headingLevel]="headingLevel()"
          (answered)="onAnswered($event)"
          (startAgain)="flow.reset()"
          (differentAccount)="flow.useDifferentAccount()"
        />
      }
    }
  `,
})
export class FactorStep {
  readonly headingLevel = input(1);

  protected readonly flow = inject(SignInFlow);
  protected readonly said = computed(() => sayKnown(this.texts(), this.flow.snapshot()));
  private readonly texts = inject(SIGN_IN_TEXTS);

  onAnswered(answer: string): void {
    void this.flow.answerFactor(answer);
  }
}
