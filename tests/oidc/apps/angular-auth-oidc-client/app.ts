import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { type LoginResponse, OidcSecurityService } from 'angular-auth-oidc-client';

@Component({
  selector: 'app-root',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <main>
      @if (account(); as account) {
        @if (account.isAuthenticated) {
          <h1>Signed in as {{ account.userData.email }}</h1>
          <button (click)="renew()">Renew</button>
          <button (click)="signOut()">Sign out</button>
        } @else {
          <h1>Signed out</h1>
          <p role="alert">{{ account.errorMessage }}</p>
          <button (click)="signIn()">Sign in</button>
        }
      }
    </main>
  `,
})
export class App {
  private readonly oidc = inject(OidcSecurityService);
  protected readonly account = signal<Partial<LoginResponse> | null>(null);
  private readonly shown = {
    next: (account: LoginResponse) => this.account.set(account),
    // An answer that is not to this app's request comes here.
    error: (error: Error) => this.account.set({ errorMessage: error.message }),
  };

  constructor() {
    // Redeems the code, if the browser has just come back with one.
    this.oidc.checkAuth().subscribe(this.shown);
  }

  protected signIn(): void {
    this.oidc.authorize();
  }

  protected renew(): void {
    this.oidc.forceRefreshSession().subscribe(this.shown);
  }

  protected signOut(): void {
    this.oidc.logoff().subscribe();
  }
}
