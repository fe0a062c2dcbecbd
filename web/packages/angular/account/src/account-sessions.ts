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
import { Session } from '@poolhouse/angular/parts';
import { SIGN_IN_TEXTS } from '@poolhouse/angular/parts';
import { ACCOUNT, ACCOUNT_TEXTS, AccountSection } from '@poolhouse/angular/account-parts';
import { AccountList, Row } from './account-list';
import { Listed } from './listed';
import { momentIn } from './moments';

/** Where somebody is signed in: one to be ended, or all. */
@Component({
  selector: 'si-account-sessions',
  imports: [AccountList, AccountSection],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <si-account-section
      [title]="texts().sessions"
      [level]="headingLevel()"
      [error]="task.error()"
      [note]="task.note()"
    >
      @if (rows(); as known) {
        @if (known.length) {
          <si-account-list
            [rows]="known"
            [action]="texts().signOut"
            [busy]="task.busy()"
            (pressed)="end($event)"
          />
        } @else {
          <p class="si-note">{{ texts().noSessions }}</p>
        }
      } @else if (!task.problem()) {
        <p class="si-note">{{ texts().loading }}</p>
      }
      @if (everywhere()) {
        <div class="si-actions">
          <button
            type="button"
            class="si-button si-button--quiet"
            [attr.aria-disabled]="task.busy() || null"
            (click)="endAll()"
          >
            {{ texts().signOutEverywhere }}
          </button>
        </div>
      }
    </si-account-section>
  `,
})
export class AccountSessions {
  readonly headingLevel = input(2);
  /** Whether the section has the button that signs out everywhere, this page included. */
  readonly everywhere = input(true);

  protected readonly texts = inject(ACCOUNT_TEXTS);
  private readonly common = inject(SIGN_IN_TEXTS);
  private readonly calls = inject(ACCOUNT);
  private readonly session = inject(Session);
  private readonly section = viewChild.required(AccountSection);
  private readonly list = new Listed(() => this.calls.sessions(), this.section);
  protected readonly task = this.list.task;
  protected readonly rows = computed(() =>
    this.list.items()?.map((each): Row => {
      const { thisSession, lastActive, unknownDevice } = this.texts();
      const date = momentIn(this.common().lang, each.lastActive ?? each.created);
      const details = [
        each.current ? thisSession : '',
        each.address,
        date && fill(lastActive, { date }),
      ].filter(Boolean);
      return { id: each.id, name: each.device || unknownDevice, details, still: each.current };
    }),
  );

  protected end(id: string): void {
    void this.list.change(() => this.calls.endSession(id), this.texts().signedOutThere);
  }

  protected endAll(): void {
    void this.task.run(() => this.session.signOutEverywhere());
  }
}
