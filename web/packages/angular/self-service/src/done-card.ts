import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  afterNextRender,
  input,
  output,
  viewChild,
} from '@angular/core';
import { Heading } from '@poolhouse/angular/parts';

/** Something is done; what comes next is the sign-in. */
@Component({
  selector: 'si-done-card',
  imports: [Heading],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <div class="si-form">
      <div class="si-form si-done">
        <svg class="si-tick" viewBox="0 0 48 48" aria-hidden="true">
          <circle cx="24" cy="24" r="20" />
          <path d="m15 24.5 6.5 6.5L33.5 18" />
        </svg>
        <si-heading [level]="headingLevel()">{{ title() }}</si-heading>
        <p class="si-lead">{{ lead() }}</p>
      </div>
      <button class="si-button" type="button" (click)="onwards.emit()">{{ label() }}</button>
    </div>
  `,
})
export class DoneCard {
  readonly title = input.required<string>();
  readonly lead = input.required<string>();
  readonly label = input.required<string>();
  readonly headingLevel = input(1);
  readonly onwards = output();

  private readonly heading = viewChild.required(Heading);

  constructor() {
    afterNextRender(() => this.heading().focus());
  }
}
