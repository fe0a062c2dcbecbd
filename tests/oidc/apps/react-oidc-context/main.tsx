import { createRoot } from 'react-dom/client';
import { AuthProvider, type AuthProviderProps, useAuth } from 'react-oidc-context';

const settings: AuthProviderProps = {
  authority: 'https://id.example.com/us-east-1_AbCd12345',
  client_id: '3n4b5urk1ft4fl3mg5e62d9ado',
  redirect_uri: 'https://app.example.com/',
  post_logout_redirect_uri: 'https://app.example.com/',
  scope: 'openid email',
  // Asks userInfo, too. The ID token has the same attributes.
  loadUserInfo: true,
  // Takes the code out of the address, so that a reload does not redeem it a second time.
  onSigninCallback: () => history.replaceState(null, '', location.pathname),
};

function Account() {
  const auth = useAuth();
  if (auth.isLoading) return <h1>One moment…</h1>;
  if (auth.isAuthenticated) {
    return (
      <>
        <h1>Signed in as {auth.user?.profile.email}</h1>
        <button onClick={() => void auth.signinSilent()}>Renew</button>
        <button onClick={() => void auth.signoutRedirect()}>Sign out</button>
      </>
    );
  }
  return (
    <>
      <h1>Signed out</h1>
      {auth.error && <p role="alert">{auth.error.message}</p>}
      <button onClick={() => void auth.signinRedirect({ nonce: crypto.randomUUID() })}>
        Sign in
      </button>
    </>
  );
}

createRoot(document.querySelector('main')!).render(
  <AuthProvider {...settings}>
    <Account />
  </AuthProvider>,
);
