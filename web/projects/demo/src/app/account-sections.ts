import { ChangeDetectionStrategy, Component, StaticProvider, input } from '@angular/core';
import {
  AccountApp,
  AccountDevices,
  AccountEmail,
  AccountPasskeys,
  AccountPassword,
  AccountSessions,
  provideAccountTexts,
} from '@poolhouse/angular/account';
import { accountTextsIn } from '@poolhouse/auth/account/languages/load';
import { injectOffers } from './offers';

/** What somebody can do about the account, as far as the pool has it. */
@Component({
  selector: 'app-account-sections',
  imports: [
    AccountApp,
    AccountDevices,
    AccountEmail,
    AccountPasskeys,
    AccountPassword,
    AccountSessions,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="si-card page__card page__card--wide sections">
      <si-account-email [changeable]="offers.changeEmail" />
      <si-account-password [username]="username()" />
      @if (offers.authenticatorApp) {
        <si-account-app issuer="Poolhouse" />
      }
      @if (offers.passkeys) {
        <si-account-passkeys />
      }
      @if (offers.devices) {
        <si-account-devices />
      }
      @if (offers.sessions) {
        <!-- The page has a button of its own that signs out everywhere. -->
        <si-account-sessions [everywhere]="false" />
      }
    </div>
  `,
})
export class AccountSections {
  readonly username = input('');
  protected readonly offers = injectOffers();
}

/** The words of these forms in the page's language. */
export async function provideAccountWords(language: string): Promise<StaticProvider> {
  return provideAccountTexts(await accountTextsIn(language)) as StaticProvider;
}
