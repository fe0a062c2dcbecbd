import { ChangeDetectionStrategy, Component, input } from '@angular/core';

/** What a page shows later, and fetches then. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  selector: 'app-later',
  template: '<p>{{ name() }}</p>',
})
export class Later {
  readonly name = input('');
}
