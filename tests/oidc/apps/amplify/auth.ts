import { Amplify } from 'aws-amplify';

Amplify.configure({
  Auth: {
    Cognito: {
      userPoolId: 'us-east-1_AbCd12345',
      userPoolClientId: '3n4b5urk1ft4fl3mg5e62d9ado',
      // Where the API is: tokens are renewed there.
      userPoolEndpoint: 'https://id.example.com',
      loginWith: {
        oauth: {
          // Amplify puts `https://` before it, and `/oauth2/authorize` and the like behind it.
          domain: 'id.example.com/d/acme',
          scopes: ['openid', 'email', 'aws.cognito.signin.user.admin'],
          redirectSignIn: ['https://app.example.com/'],
          redirectSignOut: ['https://app.example.com/'],
          responseType: 'code',
        },
      },
    },
  },
});
