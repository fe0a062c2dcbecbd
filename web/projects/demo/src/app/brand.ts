import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'app-brand',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <p class="brand" translate="no">
      <svg viewBox="0 0 28 28" aria-hidden="true">
        <path
          class="brand__shield"
          d="M14 2 3 6.5v7.2C3 20 7.6 24.6 14 26c6.4-1.4 11-6 11-12.3V6.5L14 2Z"
        />
        <path class="brand__tick" d="m9 14 3.6 3.6L19.4 11" />
      </svg>
      Poolhouse
    </p>
  `,
})
export class Brand {}
