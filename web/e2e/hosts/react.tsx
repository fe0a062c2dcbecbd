import { CognitoClient, FlowStorage, SignInFlow } from '@poolhouse/auth';
import { loadTexts } from '@poolhouse/auth/languages';
import { createRoot } from 'react-dom/client';
import { SignIn } from './sign-in';

const root = document.querySelector<HTMLElement>('[data-pool]');
if (!root) throw new Error('There is no root.');
const { endpoint = '', pool: userPoolId = '', client: clientId = '' } = root.dataset;
const authFlow = root.dataset['flow'] as 'CUSTOM_AUTH' | undefined;
const wanted = new URLSearchParams(location.search).get('lang') ?? 'en';

void loadTexts([wanted]).then((texts) => {
  const client = new CognitoClient({
    ...{ endpoint, userPoolId, clientId, authFlow, locale: texts.lang },
  });
  const flow = new SignInFlow(client, { storage: new FlowStorage('react') });
  createRoot(root).render(<SignIn flow={flow} texts={texts} />);
});
