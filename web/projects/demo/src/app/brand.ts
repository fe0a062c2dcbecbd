import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'app-brand',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<img class="brand" src="wordmark.svg" alt="Poolhouse" width="154" height="28" />`,
})
export class Brand {}
