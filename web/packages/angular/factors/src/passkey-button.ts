import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  ViewEncapsulation,
  computed,
  inject,
  signal,
} from '@angular/core';
import { RARE_ENGLISH } from '@poolhouse/auth/rare-texts';
import { SIGN_IN_OPTIONS, SIGN_IN_TEXTS, SignInFlow } from '@poolhouse/angular/parts';

/**
 * `<si-passkey-button siLinks />` in `<si-sign-in>`: signs in with a passkey in place of the password, as whom the email field
 * says. For app clients that allow `ALLOW_USER_AUTH`, in pools with passkeys.
 */
@Component({
  selector: 'si-passkey-button',
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <div class="si-links">
      <button type="button" class="si-link" [attr.aria-disabled]="busy() || null" (click)="begin()">
        {{ texts().passkey }}
      </button>
    </div>
    <div class="si-live" role="alert">
      @if (complaint()) {
        <p class="si-field-error">{{ complaint() }}</p>
      }
    </div>
  `,
})
export class PasskeyButton {
  protected readonly texts = computed(() => ({ ...RARE_ENGLISH, ...this.known() }));
  protected readonly complaint = signal('');
  protected readonly busy = computed(() => {
    const state = this.flow.state();
    return state.step === 'credentials' && state.busy;
  });
  private readonly known = inject(SIGN_IN_TEXTS);
  private readonly flow = inject(SignInFlow);
  private readonly byEmail = inject(SIGN_IN_OPTIONS).signInName !== 'username';
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);

  protected begin(): void {
    const form = this.host.nativeElement.closest('form');
    const field = form?.querySelector<HTMLInputElement>('input[name=username]');
    const name = field?.value.trim() ?? '';
    const { emailMissing, usernameMissing } = this.texts();
    this.complaint.set(name ? '' : this.byEmail ? emailMissing : usernameMissing);
    if (name) void this.flow.signInWithPasskey(name);
    else field?.focus();
  }
}
