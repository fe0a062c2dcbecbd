import {
  ChangeDetectionStrategy,
  Component,
  PLATFORM_ID,
  ViewEncapsulation,
  inject,
  input,
} from '@angular/core';
import { isPlatformServer } from '@angular/common';

/**
 * The button that submits a form. As long as no script runs it is disabled, and so Enter submits
 * nothing either: a password typed early never leaves by the browser's own hand.
 */
@Component({
  selector: 'si-submit-button',
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <button
      class="si-button"
      type="submit"
      [disabled]="asleep"
      [attr.aria-disabled]="busy() || null"
    >
      <span class="si-spinner" aria-hidden="true" [hidden]="!busy()"></span>
      {{ label() }}
    </button>
    <div class="si-visually-hidden" role="status">{{ busy() ? label() : '' }}</div>
  `,
})
export class SubmitButton {
  readonly label = input.required<string>();
  readonly busy = input(false);
  protected readonly asleep = isPlatformServer(inject(PLATFORM_ID));
}
