/** What few sign-ins come to, in React: second factors, a choice, a set-up, a passkey. */
import type { FactorChallenge, SignInFlow } from '@poolhouse/auth';
import { QUIET, authenticatorUri, modulesPath, spacedKey } from '@poolhouse/auth/authenticator';
import { choiceText, factorForm } from '@poolhouse/auth/rare-texts';
import type { SignInTexts } from '@poolhouse/auth/texts';
import { useEffect, useRef, useState } from 'react';
import { encode } from 'uqr';
import { Field, Form, Link, Panel, Proceed } from './sign-in';
import type { Step } from './sign-in';

export function Factor(step: Step) {
  const { state } = step.snapshot;
  if (state.step !== 'factor') return null;
  const { challenge, busy } = state;
  // One step may follow another: each has a form of its own.
  return <FactorForm key={challenge.session} {...step} challenge={challenge} busy={busy} />;
}

interface Asked extends Step {
  readonly challenge: FactorChallenge;
  readonly busy: boolean;
}

function FactorForm({ flow, texts, snapshot, said, challenge, busy }: Asked) {
  const [complaint, setComplaint] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const kind = factorForm({ challenge });
  const ofAddress = kind === 'address';
  const error = busy ? '' : said.error;
  useEffect(() => {
    if (field.current) field.current.focus();
    else document.querySelector<HTMLElement>('.si-form .si-button')?.focus();
  }, []);
  useEffect(() => {
    if (error) field.current?.select();
  }, [error]);
  const submit = () => {
    const value = field.current?.value.trim() ?? '';
    const malformed = ofAddress && !/^[^\s@]+@[^\s@]+$/.test(value) ? texts.emailMalformed : '';
    const wrong = field.current ? (value ? malformed : texts.fieldMissing) : '';
    setComplaint(wrong);
    if (wrong) field.current?.focus();
    else void flow.answerFactor(ofAddress ? value : value.normalize('NFKC').replace(/[\s-]/g, ''));
  };
  const choose = (choice: string) =>
    choice === 'PASSWORD' ? flow.reset() : void flow.answerFactor(choice);
  const code = challenge.destination ? texts.code : texts.appCode;
  return (
    <Form said={said} onSubmit={submit}>
      <Panel text={error} />
      {kind === 'set-up' && <Key texts={texts} account={snapshot.email} secret={challenge.key} />}
      {kind === 'choice' &&
        challenge.choices.map((choice) => (
          <button
            key={choice}
            type="button"
            className="si-button"
            aria-disabled={busy || undefined}
            onClick={() => choose(choice)}
          >
            {choiceText(texts, choice)}
          </button>
        ))}
      {kind !== 'choice' && kind !== 'passkey' && (
        <Field
          label={ofAddress ? texts.email : code}
          error={complaint}
          input={field}
          type={ofAddress ? 'email' : 'text'}
          inputMode={ofAddress ? 'email' : 'numeric'}
          autoComplete={ofAddress ? 'email' : 'one-time-code'}
          dir="ltr"
          readOnly={busy}
          onInput={() => setComplaint('')}
        />
      )}
      {kind !== 'choice' && <Proceed texts={texts} busy={busy} slow={snapshot.slow} />}
      <div className="si-links">
        {challenge.renews && (
          <Link text={texts.renew} onClick={() => void flow.answerFactor(challenge.renews)} />
        )}
        {challenge.destination && <Link text={texts.startAgain} onClick={() => flow.reset()} />}
        <Link text={texts.differentAccount} onClick={() => flow.useDifferentAccount()} />
      </div>
    </Form>
  );
}

interface KeyProps {
  readonly texts: SignInTexts;
  readonly account: string;
  readonly secret: string;
}

function Key({ texts, account, secret }: KeyProps) {
  const uri = authenticatorUri(location.hostname, account, secret);
  const { data, size } = encode(uri, { ecc: 'M', border: QUIET });
  return (
    <>
      <svg
        role="img"
        width="224"
        viewBox={`0 0 ${size} ${size}`}
        shapeRendering="crispEdges"
        aria-label={texts.appPicture}
      >
        <rect fill="#fff" width="100%" height="100%" />
        <path fill="#000" d={modulesPath(data)} />
      </svg>
      <p className="si-note">
        <span className="si-label">{texts.appKey}</span>{' '}
        <code translate="no" dir="ltr">
          {spacedKey(secret)}
        </code>
      </p>
    </>
  );
}

interface PasskeyLinkProps {
  readonly flow: SignInFlow;
  readonly texts: SignInTexts;
  readonly email: React.RefObject<HTMLInputElement | null>;
}

/** Where the page says that the app client allows it. */
export function PasskeyLink({ flow, texts, email }: PasskeyLinkProps) {
  const [complaint, setComplaint] = useState('');
  if (!document.querySelector('[data-passkeys]')) return null;
  const begin = () => {
    const name = email.current?.value.trim() ?? '';
    setComplaint(name ? '' : texts.emailMissing);
    if (name) void flow.signInWithPasskey(name);
    else email.current?.focus();
  };
  return (
    <>
      <div className="si-links">
        <Link text={texts.passkey} onClick={begin} />
      </div>
      <div role="alert">{complaint && <p className="si-field-error">{complaint}</p>}</div>
    </>
  );
}
