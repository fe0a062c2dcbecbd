/** Signs in with amazon-cognito-identity-js: asks for the code on its output, reads it from its input, says who it is. */
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

// It is installed where the clients' own tests are.
const require = createRequire(new URL('../sdk/js/package.json', import.meta.url));
const { AuthenticationDetails, CognitoUser, CognitoUserPool } = require('amazon-cognito-identity-js');

const [endpoint, UserPoolId, ClientId, Username, Password] = process.argv.slice(2);
const user = new CognitoUser({ Username, Pool: new CognitoUserPool({ UserPoolId, ClientId, endpoint }) });
user.setAuthenticationFlowType('CUSTOM_AUTH');

const callbacks = {
  onSuccess: (session) => console.log(JSON.stringify(session.getIdToken().payload)),
  onFailure: (error) => {
    throw error;
  },
  customChallenge: () => {
    console.log('code?');
    const input = createInterface({ input: process.stdin });
    input.once('line', (code) => {
      input.close();
      user.sendCustomChallengeAnswer(code, callbacks);
    });
  },
};
user.authenticateUser(new AuthenticationDetails({ Username, Password }), callbacks);
