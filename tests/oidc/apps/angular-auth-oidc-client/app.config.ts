import { provideHttpClient } from '@angular/common/http';
import { type ApplicationConfig, provideZonelessChangeDetection } from '@angular/core';
import { provideAuth } from 'angular-auth-oidc-client';

export const appConfig: ApplicationConfig = {
  providers: [
    provideZonelessChangeDetection(),
    provideHttpClient(),
    provideAuth({
      config: {
        authority: 'https://id.example.com/us-east-1_AbCd12345',
        clientId: '3n4b5urk1ft4fl3mg5e62d9ado',
        redirectUrl: 'https://app.example.com/',
        postLogoutRedirectUri: 'https://app.example.com/',
        scope: 'openid email',
        responseType: 'code',
        // Renews by a refresh token and not in a frame, which the pages refuse to be shown in.
        silentRenew: true,
        useRefreshToken: true,
      },
    }),
  ],
};
