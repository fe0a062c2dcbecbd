import type { FactorChallenge } from '@poolhouse/auth';
import { authenticatorUri, spacedKey } from '@poolhouse/auth/authenticator';
import { choiceText, factorForm } from '@poolhouse/auth/rare-texts';
import type { Kit } from './kit.js';
import type { Field } from './parts.js';
import type { Scene, View } from './view.js';

/**
 * A second factor, a choice, a set-up, a passkey. One step may follow another: the form is drawn anew for each. What it is
 * made of is handed to it, as to `passwordView`.
 */
export function factorView(
  first: Scene,
  [heading, submitButton, alert, field, form, h, link]: Kit,
): View {
  const { flow } = first;
  let { texts } = first;
  let drawn: FactorChallenge | undefined;
  let input: Field | undefined;
  let buttons: readonly HTMLElement[] = [];
  const top = heading();
  const problem = alert('panel');
  const place = h('div', 'form');
  const button = submitButton();
  const renew = link(() => void flow.answerFactor(drawn?.renews ?? ''));
  const again = link(() => flow.reset());
  const other = link(() => flow.useDifferentAccount());

  const submit = () => {
    const value = input?.input.value.trim() ?? '';
    const isAddress = input?.input.type === 'email';
    const malformed = isAddress && !/^[^\s@]+@[^\s@]+$/.test(value) ? texts.emailMalformed : '';
    const wrong = !input ? '' : value ? malformed : texts.fieldMissing;
    input?.say(wrong);
    if (wrong) return input?.input.focus();
    void flow.answerFactor(isAddress ? value : value.normalize('NFKC').replace(/[\s-]/g, ''));
  };
  const choose = (choice: string) =>
    // The form of the password is the one that the sign-in begins with.
    choice === 'PASSWORD' ? flow.reset() : void flow.answerFactor(choice);

  const draw = ({ snapshot }: Scene, challenge: FactorChallenge) => {
    const kind = factorForm({ challenge });
    const ofApp = kind === 'set-up' || challenge.name === 'SOFTWARE_TOKEN_MFA';
    input = undefined;
    if (kind === 'address') {
      input = field({ name: 'email', type: 'email', autocomplete: 'email' });
      input.label(texts.email);
    } else if (kind === 'code' || kind === 'set-up') {
      const numeric = { inputmode: 'numeric', autocomplete: 'one-time-code', dir: 'ltr' };
      input = field({ name: 'code', enterkeyhint: 'go', ...numeric });
      input.label(ofApp ? texts.appCode : texts.code);
    }
    buttons = kind === 'choice' ? challenge.choices.map((choice) => choiceButton(choice)) : [];
    place.replaceChildren(...(input ? [input.element] : []), ...buttons);
    if (kind === 'set-up') showKey(challenge.key, snapshot.email);
    button.element.hidden = kind === 'choice';
    renew.hidden = challenge.renews === '';
    again.hidden = challenge.destination === '';
  };
  const showKey = (key: string, account: string) => {
    const host = (place.getRootNode() as Partial<ShadowRoot>).host;
    const uri = authenticatorUri(host?.getAttribute('issuer') || location.hostname, account, key);
    const shown = h('code', '', { translate: 'no', dir: 'ltr' }, spacedKey(key));
    const line = h('p', 'note', {}, h('span', 'label', {}, texts.appKey), ' ', shown);
    place.prepend(line);
    // Without the picture there is the key to be typed.
    import('./qr-picture.js').then(
      ({ qrPicture }) => line.isConnected && line.before(qrPicture(uri, texts.appPicture)),
      () => undefined,
    );
  };
  const choiceButton = (choice: string) =>
    h(
      'button',
      'button',
      { type: 'button', '@click': () => choose(choice) },
      choiceText(texts, choice),
    );
  const focus = () => (input?.input ?? buttons[0] ?? button.element).focus();

  const element = form(
    submit,
    top.element,
    problem.element,
    place,
    button.element,
    button.status,
    h('div', 'links', {}, renew, again, other),
  );
  return {
    element,
    update: (scene) => {
      const { state } = scene.snapshot;
      if (state.step !== 'factor') return;
      const { busy, challenge } = state;
      const isNew = challenge !== drawn;
      if (isNew || texts.lang !== scene.texts.lang) {
        const typed = isNew ? '' : (input?.input.value ?? '');
        texts = scene.texts;
        draw(scene, challenge);
        if (input) input.input.value = typed;
      }
      top.update(scene);
      problem.say(busy ? '' : scene.said.error);
      button.proceed(scene, busy);
      renew.textContent = texts.renew;
      again.textContent = texts.startAgain;
      other.textContent = texts.differentAccount;
      if (input) input.input.readOnly = busy;
      for (const each of buttons) each.ariaDisabled = busy ? 'true' : null;
      if (isNew && drawn) focus();
      // What was wrong is selected: what is typed next replaces it.
      if (!busy && state.problem && !isNew) input?.input.select();
      drawn = challenge;
    },
    focus,
  };
}
