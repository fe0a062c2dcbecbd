import { passwordRules } from '@poolhouse/auth/password-policy';
import { h, set, show, write } from './dom.js';
import { FieldError, PasswordField, SubmitButton, alert, field, uniqueId } from './parts.js';
import type { Scene, View } from './view.js';

const PURPOSES: Readonly<Record<string, string>> = {
  name: 'name',
  given_name: 'given-name',
  family_name: 'family-name',
  phone_number: 'tel',
};

/** A password in place of a temporary one, and the attributes that the pool requires. */
export function passwordView(scene: Scene): View {
  const { flow, policy } = scene;
  let { texts } = scene;
  const { state } = scene.snapshot;
  const required = state.step === 'new-password' ? state.challenge.required : [];
  const title = h('h1', { class: 'si-title', part: 'title' });
  const lead = h('p', { class: 'si-lead', part: 'lead' });
  const problem = alert('si-panel');
  const attributes = required.map((name) => {
    const id = uniqueId(name);
    const autocomplete = PURPOSES[name] ?? 'off';
    const input = h('input', {
      class: 'si-input',
      part: 'input',
      id,
      required: true,
      autocomplete,
    });
    const error = new FieldError(input);
    input.addEventListener('input', () => error.say(''));
    const label = h('label', { class: 'si-label', part: 'label', for: id });
    return { name, input, error, label };
  });
  const rulesId = uniqueId('rules');
  const password = new PasswordField('new-password', rulesId);
  const rules = h('ul', { class: 'si-rules', part: 'rules', id: rulesId });
  const button = new SubmitButton();
  const status = h('div', { class: 'si-visually-hidden', role: 'status' });
  const other = h('button', {
    class: 'si-link',
    part: 'link',
    type: 'button',
    '@click': () => flow.useDifferentAccount(),
  });

  const showRules = () => {
    const items = passwordRules(texts, policy, password.input.value).map(({ text, met }) => {
      const said = met && h('span', { class: 'si-visually-hidden' }, ` (${texts.ruleMet})`);
      return h('li', { class: `si-rule${met ? ' si-rule--met' : ''}` }, text, said);
    });
    rules.replaceChildren(...items);
  };
  password.input.addEventListener('input', () => {
    password.error.say('');
    showRules();
  });
  const submit = (event: Event) => {
    event.preventDefault();
    for (const { input, error } of attributes) {
      error.say(input.value.trim() ? '' : texts.fieldMissing);
    }
    const met = passwordRules(texts, policy, password.input.value).every((rule) => rule.met);
    password.error.say(met ? '' : texts.passwordWeak);
    const empty = attributes.find(({ input }) => !input.value.trim());
    if (empty) return empty.input.focus();
    if (!met) return password.input.focus();
    password.reveal(false);
    const given = attributes.map(({ name, input }) => [name, input.value.trim()]);
    void flow.choosePassword(password.input.value, Object.fromEntries(given));
  };
  const whose = h('input', { name: 'username', autocomplete: 'username', type: 'text' });
  whose.value = scene.snapshot.email;
  show(whose, false);
  const element = h(
    'form',
    { class: 'si-form', part: 'form', method: 'post', novalidate: true, '@submit': submit },
    h('div', { class: 'si-heading' }, title, lead),
    problem.element,
    whose,
    ...attributes.map(({ label, input, error }) => field(label, input, error.element)),
    password.element,
    rules,
    button.element,
    status,
    h('div', { class: 'si-links' }, other),
  );
  showRules();
  return {
    element,
    update: ({ snapshot, said, ...next }) => {
      if (snapshot.state.step !== 'new-password') return;
      const { busy } = snapshot.state;
      if (texts !== next.texts) {
        texts = next.texts;
        showRules();
      }
      set(title, 'aria-level', next.headingLevel);
      write(title, texts.newPasswordTitle);
      write(lead, texts.newPasswordLead);
      for (const { name, label } of attributes) write(label, texts.attributes[name] ?? name);
      password.texts(texts.newPassword, texts.showPassword, texts.hidePassword);
      const working = snapshot.slow ? texts.stillWorking : texts.signingIn;
      button.update(busy ? working : texts.continue, busy);
      write(status, busy ? working : '');
      write(other, texts.differentAccount);
      problem.say(busy ? '' : said.error);
      for (const input of [password.input, ...attributes.map((each) => each.input)]) {
        input.readOnly = busy;
      }
    },
    focus: () => (attributes[0]?.input ?? password.input).focus(),
  };
}
