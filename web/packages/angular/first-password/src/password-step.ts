import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  computed,
  inject,
} from '@angular/core';
import { SIGN_IN_TEXTS, SignIn, SignInFlow, sayKnown } from '@poolhouse/angular/parts';
import { NewPassword, NewPasswordForm } from './new-password-form';

/** The step of a first password, in the card of `<si-sign-in>`. */
@Component({
  selector: 'si-password-step',
  imports: [NewPasswordForm],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    @if (state(); as state) {
      <si-new-password-form
        [email]="flow.email()"
        [required]="state.challenge.required"
        [busy]="state.busy"
        [slow]="flow.slow()"
        [error]="error()"
        [headingLevel]="card.headingLevel()"
        (passwordChosen)="onPasswordChosen($event)"
        (differentAccount)="flow.useDifferentAccount()"
      />
    }
  `,
})
export class PasswordStep {
  protected readonly card = inject(SignIn);
  protected readonly flow = inject(SignInFlow);
  protected readonly state = computed(() => {
    const state = this.flow.state();
    return state.step === 'new-password' ? state : null;
  });
  protected readonly error = computed(() => sayKnown(this.texts(), this.flow.snapshot()).error);
  private readonly texts = inject(SIGN_IN_TEXTS);

  onPasswordChosen({ password, attributes }: NewPassword): void {
    void this.flow.choosePassword(password, attributes);
  }
}
