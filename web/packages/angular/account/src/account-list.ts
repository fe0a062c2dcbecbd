import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  input,
  output,
} from '@angular/core';

/** A line of a list: what it is called, what more is to be said of it, and what can be done about it. */
export interface Row {
  readonly id: string;
  readonly name: string;
  readonly details: readonly string[];
  /** Nothing can be done about it. */
  readonly still?: boolean;
}

/** Lines, each with a button. */
@Component({
  selector: 'si-account-list',
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <ul class="si-rows">
      @for (row of rows(); track row.id) {
        <li class="si-row">
          <div class="si-row__name">
            <span dir="auto">{{ row.name }}</span>
            @for (detail of row.details; track $index) {
              <span class="si-note">{{ detail }}</span>
            }
          </div>
          @if (!row.still) {
            <!-- The name goes with it: several buttons that say the same are none to those who hear them. -->
            <button
              type="button"
              class="si-link"
              [attr.aria-label]="action() + ': ' + row.name"
              [attr.aria-disabled]="busy() || null"
              (click)="pressed.emit(row.id)"
            >
              {{ action() }}
            </button>
          }
        </li>
      }
    </ul>
  `,
})
export class AccountList {
  readonly rows = input.required<readonly Row[]>();
  readonly action = input.required<string>();
  readonly busy = input(false);
  readonly pressed = output<string>();
}
