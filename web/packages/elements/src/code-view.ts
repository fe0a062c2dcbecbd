import { codeForm, fill, leadParts } from '@poolhouse/auth/common-texts';
import { h, set, show, write } from './dom.js';
import { otpSlots } from './otp-slots.js';
import { heading, submitButton, alert, form, link, uniqueId, whisper } from './parts.js';
import type { Scene, View } from './view.js';

/** The mailed code. */
export function codeView(first: Scene): View {
  const { flow } = first;
  let scene = first;
  let complaint: 'short' | 'long' | null = null;
  let told = { error: '', notice: '' };
  const id = uniqueId();
  const top = heading();
  const { title, lead } = top;
  const address = h('strong', '', { translate: 'no', dir: 'ltr' });
  lead.append(address);
  set(lead, 'id', `${id}l`);
  const label = h('label', 'label', { for: id });
  const timer = h('span', 'timer', { role: 'timer', 'aria-live': 'off' });
  const labels = h('div', 'label-row', {}, label, timer);
  const problem = alert('field-error');
  const note = h('p', 'note');
  const minute = whisper();
  const button = submitButton();
  const resend = link(() => void flow.resend());
  const other = link(() => flow.useDifferentAccount());
  const remember = h('input', '', { type: 'checkbox' });
  const rememberText = h('span');
  const remembering = h('label', 'check', {}, remember, rememberText);
  const verify = (code: string) => void flow.verify(code, remember.checked);
  const complain = (about: typeof complaint) => {
    complaint = about;
    render();
  };
  const slots = otpSlots({
    changed: () => complain(null),
    completed: verify,
    tooLong: () => complain('long'),
  });
  set(slots.input, 'id', id);
  set(slots.input, 'aria-describedby', `${id}l ${id}m`);

  const view = () => {
    const { snapshot, said, texts } = scene;
    const { state } = snapshot;
    if (state.step !== 'code') return null;
    const { busy, pending, problem: trouble } = state;
    const expired = trouble?.kind === 'expired' || trouble?.kind === 'used';
    const shown = codeForm(texts, { ...snapshot, ...pending, ...said, busy, expired, complaint });
    return { ...state, expired, shown };
  };
  const submit = () => {
    const now = view();
    if (!now || now.busy || complaint === 'long') return;
    if (now.shown.renews)
      return scene.snapshot.resendIn === null ? flow.reset() : void flow.resend();
    if (slots.value.length === slots.length) return verify(slots.value);
    complain('short');
    slots.input.focus();
  };
  // Enter in the field of an expired code asks for nothing: only the button does.
  slots.input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && view()?.shown.renews) event.preventDefault();
  });

  const render = () => {
    const now = view();
    if (!now) return;
    const { busy, pending, expired, shown } = now;
    const { texts, said } = scene;
    const { waiting, rememberDays } = pending;
    slots.shape(pending.codeLength, pending.alphabet);
    top.update(scene);
    if (lead.textContent !== said.lead) {
      const [before, middle, after] = leadParts(said.lead, pending.destination);
      write(address, middle);
      lead.replaceChildren(before, address, after);
    }
    write(label, shown.label);
    show(labels, !waiting);
    show(slots.element, !waiting);
    write(timer, shown.time);
    timer.classList.toggle('si-timer--low', shown.timeIsLow);
    write(minute, shown.minute);
    show(remembering, rememberDays !== null);
    write(rememberText, fill(texts.remember, { n: rememberDays ?? 0 }));
    problem.say(shown.error);
    slots.state(shown.error !== '', busy === 'verifying');
    write(note, shown.note);
    note.classList.toggle('si-note--ok', shown.good);
    button.update(shown.button, shown.spinning, shown.still);
    show(resend, shown.resend);
    write(resend, shown.resend);
    set(resend, 'aria-disabled', shown.resendStill);
    write(other, texts.differentAccount);
    // Time running out is no answer to anything typed: it must not move the focus.
    if (said.error && said.error !== told.error && !busy && !expired) slots.selectAll();
    if (said.notice && said.notice !== told.notice) {
      slots.value = '';
      complaint = null;
      slots.input.focus();
    }
    told = busy ? { error: '', notice: '' } : said;
  };
  const element = form(
    submit,
    top.element,
    h(
      'div',
      'field',
      {},
      labels,
      slots.element,
      h(
        'div',
        'message',
        { id: `${id}m` },
        problem.element,
        h('div', '', { role: 'status' }, note),
      ),
      minute,
    ),
    remembering,
    button.element,
    h('div', 'links', {}, resend, other),
  );
  return {
    element,
    update: (next) => {
      scene = next;
      render();
    },
    mirror: slots.mirror,
    focus: () => (view()?.pending.waiting ? title : slots.input).focus(),
  };
}
