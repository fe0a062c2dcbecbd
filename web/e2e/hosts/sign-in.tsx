/**
 * The whole sign-in in React, with forms of its own over the framework-free core: an example to copy
 * from, and one of the three that every flow is tested in.
 */
import type { FlowSnapshot, SignInFlow } from '@poolhouse/auth';
import { OtpField } from '@poolhouse/auth/otp-field';
import type { OtpSelection } from '@poolhouse/auth/otp-field';
import { attributePurpose, passwordRules } from '@poolhouse/auth/password-policy';
import { useSignInFlow } from '@poolhouse/auth/react';
import { codeForm, fill, leadParts, say } from '@poolhouse/auth/texts';
import type { Said, SignInTexts } from '@poolhouse/auth/texts';
import { useEffect, useId, useRef, useState } from 'react';
import { Factor, PasskeyLink } from './factor';
import type { FormEvent, InputHTMLAttributes, ReactNode } from 'react';

export interface Step {
  readonly flow: SignInFlow;
  readonly texts: SignInTexts;
  readonly snapshot: FlowSnapshot;
  readonly said: Said;
}

export function SignIn({ flow, texts }: Pick<Step, 'flow' | 'texts'>) {
  const snapshot = useSignInFlow(flow);
  const said = say(texts, snapshot);
  const step = { flow, texts, snapshot, said };
  const forms = {
    credentials: Login,
    'new-password': NewPassword,
    factor: Factor,
    code: Code,
    ended: Ended,
    done: Done,
  };
  const Form = forms[snapshot.state.step];
  useEffect(() => flow.resume(), [flow]);
  return (
    <section className="si-card" lang={texts.lang} dir={texts.dir}>
      <Offline text={texts.offline} />
      <Form key={snapshot.state.step} {...step} />
    </section>
  );
}

function Login({ flow, texts, snapshot, said }: Step) {
  const [missing, setMissing] = useState({ email: '', password: '' });
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const { state } = snapshot;
  const busy = state.step === 'credentials' && state.busy;
  const submit = () => {
    if (busy || !email.current || !password.current) return;
    const [name, secret] = [email.current.value.trim(), password.current.value];
    const wrong = name && !/^[^\s@]+@[^\s@]+$/.test(name) ? texts.emailMalformed : '';
    const found = {
      email: name ? wrong : texts.emailMissing,
      password: secret ? '' : texts.passwordMissing,
    };
    setMissing(found);
    if (found.email) email.current.focus();
    else if (found.password) password.current.focus();
    else void flow.signIn(name, secret);
  };
  useEffect(() => (email.current?.value ? password : email).current?.focus(), []);
  return (
    <Form said={said} onSubmit={submit}>
      <Panel text={busy ? '' : said.error} />
      <Field
        label={texts.email}
        error={missing.email}
        input={email}
        type="email"
        name="username"
        autoComplete="username"
        defaultValue={snapshot.email}
        readOnly={busy}
        onInput={() => setMissing({ ...missing, email: '' })}
      />
      <Field
        label={texts.password}
        error={missing.password}
        input={password}
        type="password"
        name="password"
        autoComplete="current-password"
        readOnly={busy}
        onFocus={() => flow.prepare()}
        onInput={() => setMissing({ ...missing, password: '' })}
      />
      <Proceed texts={texts} busy={busy} slow={snapshot.slow} />
      <PasskeyLink flow={flow} texts={texts} email={email} />
    </Form>
  );
}

function NewPassword({ flow, texts, snapshot, said }: Step) {
  const [typed, setTyped] = useState('');
  const [weak, setWeak] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const { state } = snapshot;
  const rules = passwordRules(texts, {}, typed);
  const rulesId = useId();
  const busy = state.step === 'new-password' && state.busy;
  const required = state.step === 'new-password' ? state.challenge.required : [];
  const submit = (form: FormData) => {
    const met = rules.every((rule) => rule.met);
    setWeak(!met);
    if (!met) return field.current?.focus();
    const given = required.map((name) => [name, form.get(name)] as const);
    void flow.choosePassword(typed, Object.fromEntries(given) as Record<string, string>);
  };
  useEffect(() => field.current?.focus(), []);
  return (
    <Form said={said} onSubmit={submit}>
      <Panel text={busy ? '' : said.error} />
      {required.map((name) => (
        <Field
          key={name}
          label={texts.attributes[name] ?? name}
          name={name}
          required
          autoComplete={attributePurpose(name)}
        />
      ))}
      <Field
        label={texts.newPassword}
        error={weak ? texts.passwordWeak : ''}
        describedBy={rulesId}
        input={field}
        type="password"
        autoComplete="new-password"
        readOnly={busy}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setWeak(false);
        }}
      />
      <ul className="si-rules" id={rulesId}>
        {rules.map(({ text, met }) => (
          <li key={text} className={`si-rule ${met ? 'si-rule--met' : ''}`}>
            {text}
            {met && <span className="si-visually-hidden"> ({texts.ruleMet})</span>}
          </li>
        ))}
      </ul>
      <Proceed texts={texts} busy={busy} slow={snapshot.slow} />
      <div className="si-links">
        <Link text={texts.differentAccount} onClick={() => flow.useDifferentAccount()} />
      </div>
    </Form>
  );
}

function Code({ flow, texts, snapshot, said }: Step) {
  const { state, resendIn } = snapshot;
  const [complaint, setComplaint] = useState<'short' | 'long' | null>(null);
  const field = useRef<OtpField>(undefined);
  const title = useRef<HTMLHeadingElement>(null);
  const remember = useRef<HTMLInputElement>(null);
  const id = useId();
  const pending = state.step === 'code' ? state.pending : null;
  const busy = state.step === 'code' ? state.busy : null;
  const problem = state.step === 'code' ? state.problem?.kind : undefined;
  const { waiting = null, codeLength = 6, alphabet = 'digits' } = pending ?? {};
  const expired = problem === 'expired' || problem === 'used';
  const form = { ...snapshot, ...said, codeLength, alphabet, waiting, busy, expired, complaint };
  const shown = codeForm(texts, form);
  const [before, address, after] = leadParts(said.lead, pending?.destination ?? '');

  useEffect(() => {
    if (waiting) title.current?.focus();
    else field.current?.selectAll();
  }, [waiting]);
  useEffect(() => {
    if (said.error && !expired) field.current?.selectAll();
  }, [said.error, expired]);
  useEffect(() => {
    if (!said.notice || !field.current) return;
    field.current.value = '';
    field.current.selectAll();
  }, [said.notice]);

  const verify = (code: string) => void flow.verify(code, remember.current?.checked);
  const submit = () => {
    const code = field.current?.value ?? '';
    if (busy || complaint === 'long') return;
    if (shown.renews) return resendIn === null ? flow.reset() : void flow.resend();
    if (code.length === codeLength) return verify(code);
    setComplaint('short');
    field.current?.selectAll();
  };
  return (
    <Form
      said={said}
      onSubmit={submit}
      title={title}
      lead={
        <p className="si-lead" id={`${id}lead`}>
          {before}
          <strong translate="no" dir="ltr">
            {address}
          </strong>
          {after}
        </p>
      }
    >
      <div className="si-field">
        {!waiting && (
          <>
            <div className="si-label-row">
              <label className="si-label" htmlFor={id}>
                {shown.label}
              </label>
              <span
                className={`si-timer ${shown.timeIsLow ? 'si-timer--low' : ''}`}
                role="timer"
                aria-live="off"
              >
                {shown.time}
              </span>
            </div>
            <Slots
              id={id}
              field={field}
              length={codeLength}
              alphabet={alphabet}
              invalid={shown.error !== ''}
              readOnly={busy === 'verifying'}
              describedBy={`${id}lead ${id}message`}
              changed={() => setComplaint(null)}
              completed={verify}
              tooLong={() => setComplaint('long')}
            />
          </>
        )}
        <div className="si-message" id={`${id}message`}>
          <div role="alert">{shown.error && <p className="si-field-error">{shown.error}</p>}</div>
          <div role="status">
            {shown.note && (
              <p className={`si-note ${shown.good ? 'si-note--ok' : ''}`}>{shown.note}</p>
            )}
          </div>
        </div>
        <div className="si-visually-hidden" role="status">
          {shown.minute}
        </div>
      </div>
      {pending && pending.rememberDays !== null && (
        <label className="si-check">
          <input type="checkbox" ref={remember} />
          {fill(texts.remember, { n: pending.rememberDays })}
        </label>
      )}
      <button className="si-button" type="submit" aria-disabled={shown.still || undefined}>
        {shown.spinning && <span className="si-spinner" aria-hidden="true" />}
        {shown.button}
      </button>
      <div className="si-links">
        {shown.resend && (
          <Link text={shown.resend} still={shown.resendStill} onClick={() => void flow.resend()} />
        )}
        <Link text={texts.differentAccount} onClick={() => flow.useDifferentAccount()} />
      </div>
    </Form>
  );
}

interface SlotsProps {
  readonly id: string;
  readonly field: React.RefObject<OtpField | undefined>;
  readonly length: number;
  readonly alphabet: 'digits' | 'letters';
  readonly invalid: boolean;
  readonly readOnly: boolean;
  readonly describedBy: string;
  readonly changed: () => void;
  readonly completed: (code: string) => void;
  readonly tooLong: () => void;
}

/** One input over painted slots. `OtpField` reads what is typed; React draws. */
function Slots(props: SlotsProps) {
  const { id, field, length, alphabet, invalid, readOnly, describedBy } = props;
  const input = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<OtpSelection | null>(null);
  // The field is made once, and sees the props of now.
  const now = useRef(props);
  useEffect(() => {
    now.current = props;
    box.current?.style.setProperty('--si-length', String(length));
  });
  useEffect(() => {
    if (!input.current) return;
    const made = new OtpField(input.current, {
      length: () => now.current.length,
      alphabet: () => now.current.alphabet,
      readonly: () => now.current.readOnly,
      changed: () => now.current.changed(),
      completed: (code) => now.current.completed(code),
      tooLong: () => now.current.tooLong(),
      selected: setAt,
    });
    field.current = made;
    const mirror = () => made.mirrorSelection();
    document.addEventListener('selectionchange', mirror);
    input.current.focus();
    return () => document.removeEventListener('selectionchange', mirror);
  }, [field]);
  const active = (slot: number) =>
    at !== null && (slot === at.start || (slot > at.start && slot < at.end));
  const look = `si-otp ${invalid ? 'si-otp--invalid' : ''} ${readOnly ? 'si-otp--busy' : ''}`;
  return (
    <div className={look} dir="ltr" ref={box}>
      <div className="si-otp__slots" aria-hidden="true">
        {Array.from({ length }, (_, slot) => (
          <span
            key={slot}
            className={`si-otp__slot ${active(slot) ? 'si-otp__slot--active' : ''}`}
          />
        ))}
      </div>
      <div className="si-otp__clip">
        <input
          ref={input}
          id={id}
          className="si-otp__input"
          autoComplete="one-time-code"
          inputMode={alphabet === 'digits' ? 'numeric' : 'text'}
          spellCheck={false}
          translate="no"
          readOnly={readOnly}
          aria-required="true"
          aria-invalid={invalid || undefined}
          aria-describedby={describedBy}
        />
      </div>
    </div>
  );
}

function Ended({ flow, texts, said }: Step) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <div className="si-form">
      <Title said={said} title={title} />
      <Panel text={said.error} />
      <button type="button" className="si-button" onClick={() => flow.reset()}>
        {texts.startAgain}
      </button>
    </div>
  );
}

function Done({ said }: Step) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <div className="si-form si-done">
      <Title said={said} title={title} />
      <p className="si-lead">{said.lead}</p>
    </div>
  );
}

function Offline({ text }: { readonly text: string }) {
  const [offline, setOffline] = useState(false);
  useEffect(() => {
    const look = () => setOffline(!navigator.onLine);
    look();
    addEventListener('online', look);
    addEventListener('offline', look);
    return () => {
      removeEventListener('online', look);
      removeEventListener('offline', look);
    };
  }, []);
  return <div role="status">{offline && <p className="si-offline">{text}</p>}</div>;
}

interface FormProps {
  readonly said: Said;
  readonly onSubmit: (form: FormData) => void;
  readonly title?: React.RefObject<HTMLHeadingElement | null>;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
}

/** Should a browser ever submit it by itself: not into the address. */
export function Form({ said, onSubmit, title, lead, children }: FormProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSubmit(new FormData(event.currentTarget));
  };
  return (
    <form className="si-form" method="post" noValidate onSubmit={submit}>
      <div className="si-heading">
        <Title said={said} title={title} />
        {lead ?? <p className="si-lead">{said.lead}</p>}
      </div>
      {children}
    </form>
  );
}

function Title({ said, title }: Pick<FormProps, 'said' | 'title'>) {
  return (
    <h1 className="si-title" tabIndex={-1} ref={title}>
      {said.title}
    </h1>
  );
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  readonly error?: string;
  readonly describedBy?: string;
  readonly input?: React.RefObject<HTMLInputElement | null>;
}

export function Field({ label, error = '', describedBy = '', input, ...props }: FieldProps) {
  const id = useId();
  const described = `${error && `${id}error`} ${describedBy}`.trim();
  return (
    <div className="si-field">
      <label className="si-label" htmlFor={id}>
        {label}
      </label>
      <input
        {...props}
        id={id}
        ref={input}
        className="si-input"
        aria-invalid={error !== '' || undefined}
        aria-describedby={described || undefined}
      />
      {error && (
        <p className="si-field-error" id={`${id}error`}>
          {error}
        </p>
      )}
    </div>
  );
}

export function Panel({ text }: { readonly text: string }) {
  return <div role="alert">{text && <p className="si-panel">{text}</p>}</div>;
}

interface ProceedProps {
  readonly texts: SignInTexts;
  readonly busy: boolean;
  readonly slow: boolean;
}

export function Proceed({ texts, busy, slow }: ProceedProps) {
  const working = slow ? texts.stillWorking : texts.signingIn;
  return (
    <button className="si-button" type="submit" aria-disabled={busy || undefined}>
      {busy && <span className="si-spinner" aria-hidden="true" />}
      {busy ? working : texts.continue}
    </button>
  );
}

interface LinkProps {
  readonly text: string;
  readonly still?: boolean;
  readonly onClick: () => void;
}

export function Link({ text, still, onClick }: LinkProps) {
  return (
    <button type="button" className="si-link" aria-disabled={still || undefined} onClick={onClick}>
      {text}
    </button>
  );
}
