import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  computed,
  inject,
  input,
} from '@angular/core';
import { SIGN_IN_TEXTS, SignInFlow, sayKnown } from '@poolhouse/angular/parts';
import { NewPassword, NewPasswordForm } from './new-password-form';

/** The step of a first password, in the card of `<si-sign-in>`. */
@Component({
  selector: 'si-password-step',
  imports: [NewPasswordForm],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    @let state = flow.state();
    @if (state.step === 'new-password') {
      <si-new-password-form
        [email]="flow.email()"
        [required]="state.challenge.required"
        [busy]="state.busy"
        [slow]="flow.slow()"
        [error]="error()"
        [headingLevel]="headingLevel()"
        (passwordChosen)="onPasswordChosen($event)"
        (differentAccount)="flow.useDifferentAccount()"
      />
    }
  `,
})
export class PasswordStep {
  readonly headingLevel = input(1);

  protected readonly flow = inject(SignInFlow);
  protected readonly error = computed(() => sayKnown(this.texts(), this.flow.snapshot()).error);
  private readonly texts = inject(SIGN_IN_TEXTS);

  onPasswordChosen({ password, attributes }: NewPassword): void {
    void this.flow.choosePassword(password, attributes);
  }
}
