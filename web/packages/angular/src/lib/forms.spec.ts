import { ComponentFixture, TestBed } from '@angular/core/testing';
import { LoginForm, SIGN_IN_OPTIONS } from '@poolhouse/angular/parts';
import { ConfirmCodeForm, OtpInput } from '@poolhouse/angular/steps';

function find<T extends HTMLElement>(fixture: ComponentFixture<unknown>, selector: string): T {
  const element = (fixture.nativeElement as HTMLElement).querySelector<T>(selector);
  if (!element) throw new Error(`No ${selector}.`);
  return element;
}

async function type(fixture: ComponentFixture<unknown>, text: string): Promise<void> {
  const field = find<HTMLInputElement>(fixture, 'input[autocomplete="one-time-code"]');
  field.value = text;
  field.dispatchEvent(new Event('input'));
  await fixture.whenStable();
}

describe('OtpInput', () => {
  it('completes once per full code', async () => {
    const fixture = TestBed.createComponent(OtpInput);
    const codes: string[] = [];
    fixture.componentInstance.codeCompleted.subscribe((code) => codes.push(code));
    await fixture.whenStable();
    for (const text of ['12345', '123 456', '123456', '1234567', '654321']) {
      await type(fixture, text);
    }
    expect(codes).toEqual(['123456', '654321']);
    expect(find<HTMLInputElement>(fixture, 'input').value).toBe('654321');
  });

  it('asks for letters where the code has letters', async () => {
    const fixture = TestBed.createComponent(OtpInput);
    fixture.componentRef.setInput('alphabet', 'letters');
    fixture.componentRef.setInput('length', 8);
    await fixture.whenStable();
    await type(fixture, 'abcd-23');
    const field = find<HTMLInputElement>(fixture, 'input');
    expect(field.value).toBe('ABCD23');
    expect(field.getAttribute('inputmode')).toBe('text');
    expect(field.getAttribute('autocapitalize')).toBe('characters');
    expect(fixture.nativeElement.querySelectorAll('.si-otp__slot')).toHaveLength(8);
  });

  it('never blocks a paste, and names its purpose', async () => {
    const fixture = TestBed.createComponent(OtpInput);
    await fixture.whenStable();
    const field = find<HTMLInputElement>(fixture, 'input');
    expect(field.hasAttribute('maxlength')).toBe(false);
    expect(field.autocomplete).toBe('one-time-code');
    const paste = new Event('paste', { cancelable: true });
    field.dispatchEvent(paste);
    expect(paste.defaultPrevented).toBe(false);
  });
});

describe('LoginForm in a pool whose users have names of their own', () => {
  it('takes any name, and misses only an empty one', async () => {
    TestBed.configureTestingModule({
      providers: [{ provide: SIGN_IN_OPTIONS, useValue: { signInName: 'username' } }],
    });
    const fixture = TestBed.createComponent(LoginForm);
    const logins: unknown[] = [];
    fixture.componentInstance.submitLogin.subscribe((login) => logins.push(login));
    await fixture.whenStable();
    const submit = async (name: string) => {
      find<HTMLInputElement>(fixture, 'input[name="username"]').value = name;
      find<HTMLInputElement>(fixture, 'input[name="password"]').value = 'pass';
      find<HTMLFormElement>(fixture, 'form').dispatchEvent(new Event('submit'));
      await fixture.whenStable();
    };
    await submit('');
    expect(find(fixture, '.si-field-error').textContent).toBe('Enter your email or username.');
    await submit('mara');
    expect(logins).toEqual([{ email: 'mara', password: 'pass' }]);
    expect(find<HTMLInputElement>(fixture, 'input[name="username"]').type).toBe('text');
  });
});

describe('ConfirmCodeForm', () => {
  async function create(inputs: Record<string, unknown>) {
    const fixture = TestBed.createComponent(ConfirmCodeForm);
    for (const [name, value] of Object.entries(inputs)) fixture.componentRef.setInput(name, value);
    await fixture.whenStable();
    return fixture;
  }

  it('offers no resending and shows no time where the server tells none', async () => {
    const fixture = await create({});
    expect(find(fixture, '[role="timer"]').textContent.trim()).toBe('');
    const buttons = [...(fixture.nativeElement as HTMLElement).querySelectorAll('button')];
    expect(buttons.map((button) => button.textContent.trim())).toEqual([
      'Verify',
      'Use a different account',
    ]);
    expect(find(fixture, '.si-lead').textContent.trim()).toBe('We sent you a code.');
  });

  it('emits neither a code nor a wish while it is busy', async () => {
    const fixture = await create({ busy: 'verifying', resendIn: 0 });
    const emitted: unknown[] = [];
    fixture.componentInstance.codeCompleted.subscribe((code) => emitted.push(code));
    fixture.componentInstance.resend.subscribe(() => emitted.push('resend'));
    await type(fixture, '123456');
    find(fixture, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
    find(fixture, '.si-link').click();
    expect(emitted).toEqual([]);
  });

  it('leads on from an expired code by its one button, and never by Enter', async () => {
    const cases: [Record<string, unknown>, string, string[]][] = [
      [{ resendIn: 0 }, 'Send a new code', ['resend']],
      [{ resendIn: 12 }, 'Send a new code in 0:12', []],
      [{ resendIn: 0, busy: 'resending' }, 'Send a new code', []],
      [{}, 'Start again', ['start again']],
    ];
    for (const [inputs, label, expected] of cases) {
      const fixture = await create({ expired: true, ...inputs });
      const emitted: string[] = [];
      fixture.componentInstance.resend.subscribe(() => emitted.push('resend'));
      fixture.componentInstance.startAgain.subscribe(() => emitted.push('start again'));
      fixture.componentInstance.codeCompleted.subscribe(() => emitted.push('code'));
      find(fixture, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
      expect(find(fixture, '.si-button').textContent.trim()).toBe(label);
      find(fixture, '.si-button').click();
      expect(emitted).toEqual(expected);
    }
  });

  it('drops the complaint about a short code as soon as the code changes', async () => {
    const fixture = await create({ notice: '', resendIn: 0 });
    const submit = async () => {
      find(fixture, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
      await fixture.whenStable();
    };
    const alert = () => find(fixture, '[role="alert"]').textContent.trim();
    await submit();
    expect(alert()).toBe('Enter all 6 digits.');
    await type(fixture, '1');
    expect(alert()).toBe('');
    await type(fixture, '');
    await submit();
    fixture.componentRef.setInput('notice', 'We sent the code again.');
    await fixture.whenStable();
    expect(alert()).toBe('');
    expect(find(fixture, '.si-note--ok').textContent).toBe('We sent the code again.');
  });
});

describe('LoginForm', () => {
  it('trims the address and leaves the password as it is', async () => {
    const fixture = TestBed.createComponent(LoginForm);
    const logins: unknown[] = [];
    fixture.componentInstance.submitLogin.subscribe((login) => logins.push(login));
    await fixture.whenStable();
    find<HTMLInputElement>(fixture, '[name="username"]').value = ' ana@example.com ';
    find<HTMLInputElement>(fixture, '[name="password"]').value = ' secret ';
    find(fixture, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
    expect(logins).toEqual([{ email: 'ana@example.com', password: ' secret ' }]);
  });

  it('carries what password managers look for', async () => {
    const fixture = TestBed.createComponent(LoginForm);
    await fixture.whenStable();
    const fields = [...(fixture.nativeElement as HTMLElement).querySelectorAll('input')];
    expect(fields.map(({ type: kind, name, autocomplete }) => [kind, name, autocomplete])).toEqual([
      ['email', 'username', 'username'],
      ['password', 'password', 'current-password'],
    ]);
  });
});
