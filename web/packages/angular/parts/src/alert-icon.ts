import { ChangeDetectionStrategy, Component, ViewEncapsulation } from '@angular/core';

/** An exclamation mark in a disc, beside an error's words. */
@Component({
  selector: 'si-alert-icon',
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <svg class="si-icon" viewBox="0 0 20 20" aria-hidden="true">
      <path
        d="M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16Zm-.9 4h1.8v5H9.1V6Zm.9 8.3a1.1 1.1 0 1 1 0-2.2 1.1 1.1 0 0 1 0 2.2Z"
      />
    </svg>
  `,
})
export class AlertIcon {}
