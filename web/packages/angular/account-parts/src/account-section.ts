import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  input,
  viewChild,
} from '@angular/core';
import { Heading, uniqueId } from '@poolhouse/angular/parts';

/** A part of the account with its heading, and what became of the last thing that was done in it. */
@Component({
  selector: 'si-account-section',
  imports: [Heading],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <section class="si-section" [attr.aria-labelledby]="id">
      <si-heading [id]="id" [level]="level()">{{ title() }}</si-heading>
      <ng-content />
      <div class="si-live" role="alert">
        @if (error()) {
          <p class="si-panel">{{ error() }}</p>
        }
      </div>
      <div class="si-live" role="status">
        @if (note()) {
          <p class="si-note si-note--ok">{{ note() }}</p>
        }
      </div>
    </section>
  `,
})
export class AccountSection {
  readonly title = input.required<string>();
  readonly level = input(2);
  readonly error = input('');
  readonly note = input('');

  protected readonly id = uniqueId('section');
  private readonly heading = viewChild.required(Heading);

  /** Where a reader goes on whose button is gone. */
  focus(): void {
    this.heading().focus();
  }
}
