import { UserManager } from 'oidc-client-ts';

export const users = new UserManager({
  authority: 'https://id.example.com/us-east-1_AbCd12345',
  client_id: '3n4b5urk1ft4fl3mg5e62d9ado',
  redirect_uri: 'https://app.example.com/signed-in',
  post_logout_redirect_uri: 'https://app.example.com/',
  scope: 'openid email',
  // Asks userInfo, too. The ID token has the same attributes.
  loadUserInfo: true,
});
