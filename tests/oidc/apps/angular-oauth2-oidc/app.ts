import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { OAuthErrorEvent, OAuthService } from 'angular-oauth2-oidc';
import { authConfig } from './app.config';

@Component({
  selector: 'app-root',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <main>
      @if (email(); as email) {
        <h1>Signed in as {{ email }}</h1>
        <button (click)="renew()">Renew</button>
        <button (click)="signOut()">Sign out</button>
      } @else if (isReady()) {
        <h1>Signed out</h1>
        <p role="alert">{{ refusal() }}</p>
        <button (click)="signIn()">Sign in</button>
      }
    </main>
  `,
})
export class App {
  private readonly oauth = inject(OAuthService);
  protected readonly isReady = signal(false);
  protected readonly email = signal('');
  protected readonly refusal = signal('');

  constructor() {
    this.oauth.configure(authConfig);
    void this.start();
  }

  protected signIn(): void {
    this.oauth.initCodeFlow();
  }

  protected renew(): void {
    void this.oauth.refreshToken();
  }

  protected signOut(): void {
    this.oauth.logOut();
  }

  private async start(): Promise<void> {
    try {
      // Redeems the code, if the browser has just come back with one.
      await this.oauth.loadDiscoveryDocumentAndTryLogin();
      // An access token alone may have come with an ID token that was refused.
      if (this.oauth.hasValidIdToken() && this.oauth.hasValidAccessToken()) {
        const { info } = (await this.oauth.loadUserProfile()) as {
          info: { email: string };
        };
        this.email.set(info.email);
      }
    } catch (error) {
      this.refusal.set(error instanceof OAuthErrorEvent ? error.type : String(error));
    }
    this.isReady.set(true);
  }
}
