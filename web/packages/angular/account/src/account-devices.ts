import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  computed,
  inject,
  input,
  viewChild,
} from '@angular/core';
import { fill } from '@poolhouse/auth/common-texts';
import { SIGN_IN_TEXTS } from '@poolhouse/angular/parts';
import { ACCOUNT, ACCOUNT_TEXTS, AccountSection } from '@poolhouse/angular/account-parts';
import { AccountList, Row } from './account-list';
import { Listed } from './listed';
import { momentIn } from './moments';

/** The devices that the pool knows of somebody, each to be forgotten. */
@Component({
  selector: 'si-account-devices',
  imports: [AccountList, AccountSection],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <si-account-section
      [title]="texts().devices"
      [level]="headingLevel()"
      [error]="task.error()"
      [note]="task.note()"
    >
      @if (rows(); as known) {
        @if (known.length) {
          <si-account-list
            [rows]="known"
            [action]="texts().forget"
            [busy]="task.busy()"
            (pressed)="forget($event)"
          />
        } @else {
          <p class="si-note">{{ texts().noDevices }}</p>
        }
      } @else if (!task.problem()) {
        <p class="si-note">{{ texts().loading }}</p>
      }
    </si-account-section>
  `,
})
export class AccountDevices {
  readonly headingLevel = input(2);

  protected readonly texts = inject(ACCOUNT_TEXTS);
  private readonly common = inject(SIGN_IN_TEXTS);
  private readonly calls = inject(ACCOUNT);
  private readonly section = viewChild.required(AccountSection);
  private readonly list = new Listed(() => this.calls.devices(), this.section);
  protected readonly task = this.list.task;
  protected readonly rows = computed(() =>
    this.list.items()?.map((each): Row => {
      const date = momentIn(this.common().lang, each.lastUsed);
      return {
        id: each.key,
        name: each.name || this.texts().unknownDevice,
        details: [each.address, date && fill(this.texts().lastActive, { date })].filter(Boolean),
      };
    }),
  );

  protected forget(key: string): void {
    void this.list.change(() => this.calls.forgetDevice(key), this.texts().deviceForgotten);
  }
}
