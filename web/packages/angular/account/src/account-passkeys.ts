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

/** Passkeys: those that there are, and another one. */
@Component({
  selector: 'si-account-passkeys',
  imports: [AccountList, AccountSection],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <si-account-section
      [title]="texts().passkeys"
      [level]="headingLevel()"
      [error]="task.error()"
      [note]="task.note()"
    >
      <p class="si-lead">{{ texts().passkeysLead }}</p>
      @if (rows(); as known) {
        @if (known.length) {
          <si-account-list
            [rows]="known"
            [action]="texts().remove"
            [busy]="task.busy()"
            (pressed)="remove($event)"
          />
        } @else {
          <p class="si-note">{{ texts().noPasskeys }}</p>
        }
        <div class="si-actions">
          <button
            type="button"
            class="si-button si-button--quiet"
            [attr.aria-disabled]="task.busy() || null"
            (click)="add()"
          >
            {{ texts().addPasskey }}
          </button>
        </div>
      } @else if (!task.problem()) {
        <p class="si-note">{{ texts().loading }}</p>
      }
    </si-account-section>
  `,
})
export class AccountPasskeys {
  readonly headingLevel = input(2);

  protected readonly texts = inject(ACCOUNT_TEXTS);
  private readonly common = inject(SIGN_IN_TEXTS);
  private readonly calls = inject(ACCOUNT);
  private readonly section = viewChild.required(AccountSection);
  private readonly list = new Listed(() => this.calls.passkeys(), this.section);
  protected readonly task = this.list.task;
  protected readonly rows = computed(() =>
    this.list.items()?.map((each): Row => {
      const date = momentIn(this.common().lang, each.created);
      return {
        id: each.id,
        name: each.name || each.relyingParty,
        details: [each.relyingParty, ...(date ? [fill(this.texts().added, { date })] : [])],
      };
    }),
  );

  protected add(): void {
    void this.list.change(() => this.calls.addPasskey(), this.texts().passkeyAdded);
  }

  protected remove(id: string): void {
    void this.list.change(() => this.calls.removePasskey(id), this.texts().passkeyRemoved);
  }
}
