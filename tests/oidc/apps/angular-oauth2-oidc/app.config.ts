import { provideHttpClient } from '@angular/common/http';
import { type ApplicationConfig, provideZonelessChangeDetection } from '@angular/core';
import { type AuthConfig, provideOAuthClient } from 'angular-oauth2-oidc';

export const authConfig: AuthConfig = {
  issuer: 'https://id.example.com/us-east-1_AbCd12345',
  clientId: '3n4b5urk1ft4fl3mg5e62d9ado',
  redirectUri: 'https://app.example.com/',
  postLogoutRedirectUri: 'https://app.example.com/',
  scope: 'openid email',
  responseType: 'code',
  // The endpoints lie at the pool's domain, and not below the issuer. On Cognito it is the same.
  strictDiscoveryDocumentValidation: false,
};

export const appConfig: ApplicationConfig = {
  providers: [provideZonelessChangeDetection(), provideHttpClient(), provideOAuthClient()],
};
