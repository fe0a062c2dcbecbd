import { PLATFORM_ID, Provider, signal } from '@angular/core';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { ACCOUNT, AccountDevices } from '@poolhouse/angular/account';
import { SELF_SERVICE, SignUp, provideAccountTexts } from '@poolhouse/angular/self-service';
import { FakeClient, provideFakeSignIn } from '@poolhouse/angular/testing';
import { AuthError } from '@poolhouse/auth';
import type { AccountCalls, SelfServiceCalls } from '@poolhouse/auth/account';

function find<T extends HTMLElement>(fixture: ComponentFixture<unknown>, selector: string): T {
  const element = (fixture.nativeElement as HTMLElement).querySelector<T>(selector);
  if (!element) throw new Error(`No ${selector}.`);
  return element;
}

function configure(...providers: Provider[]): void {
  TestBed.configureTestingModule({ providers: [provideFakeSignIn(new FakeClient()), providers] });
}

async function signUp(calls: Partial<SelfServiceCalls>): Promise<ComponentFixture<SignUp>> {
  configure({ provide: SELF_SERVICE, useValue: calls });
  const fixture = TestBed.createComponent(SignUp);
  await fixture.whenStable();
  find<HTMLInputElement>(fixture, 'input[name="username"]').value = 'eve@example.com';
  find<HTMLInputElement>(fixture, 'input[name="password"]').value = 'Correct-Horse-9!';
  find(fixture, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
  await fixture.whenStable();
  return fixture;
}

describe('SignUp', () => {
  it('says what became of it, and leads to the sign-in with the name', async () => {
    const fixture = await signUp({ signUp: async () => ({ confirmed: true, delivery: null }) });
    const names: string[] = [];
    fixture.componentInstance.signIn.subscribe((name) => names.push(name));
    expect(find(fixture, '[role="heading"]').textContent.trim()).toBe('Your account is confirmed');
    find<HTMLButtonElement>(fixture, '.si-button').click();
    expect(names).toEqual(['eve@example.com']);
  });

  it('says under the password what is wrong with the password, and above the form the rest', async () => {
    const refusals = [
      ['InvalidPasswordException', '.si-field-error', 'This password doesn’t meet the rules.'],
      ['UsernameExistsException', '.si-panel', 'There’s an account with this name already.'],
    ] as const;
    for (const [code, where, sentence] of refusals) {
      const refuse = () => Promise.reject(new AuthError('server', code, ''));
      const fixture = await signUp({ signUp: refuse });
      expect(find(fixture, where).textContent).toContain(sentence);
      TestBed.resetTestingModule();
    }
  });

  it('can be submitted nowhere before the page is alive', async () => {
    const complaints = vi.spyOn(console, 'error');
    vi.stubGlobal('ngServerMode', true);
    vi.stubGlobal('navigator', undefined);
    const server = { provide: PLATFORM_ID, useValue: 'server' };
    configure(server, { provide: SELF_SERVICE, useValue: {} });
    const fixture = TestBed.createComponent(SignUp);
    await fixture.whenStable();
    expect(find<HTMLFormElement>(fixture, 'form').method).toBe('post');
    expect(find<HTMLButtonElement>(fixture, '[type="submit"]').disabled).toBe(true);
    expect(complaints).not.toHaveBeenCalled();
    vi.unstubAllGlobals();
  });

  it('speaks other words at any time', async () => {
    const texts = signal({});
    configure({ provide: SELF_SERVICE, useValue: {} }, provideAccountTexts(texts));
    const fixture = TestBed.createComponent(SignUp);
    await fixture.whenStable();
    texts.set({ signUp: 'Konto erstellen' });
    await fixture.whenStable();
    expect(find(fixture, '[role="heading"]').textContent.trim()).toBe('Konto erstellen');
  });
});

describe('AccountDevices', () => {
  it('shows them again after one is forgotten, and goes to the heading', async () => {
    const known = [{ key: 'd', name: 'Phone', address: '192.0.2.1', lastUsed: null }];
    const calls: Partial<AccountCalls> = {
      devices: async () => [...known],
      forgetDevice: async () => void known.pop(),
    };
    configure({ provide: ACCOUNT, useValue: calls });
    const fixture = TestBed.createComponent(AccountDevices);
    document.body.append(fixture.nativeElement as HTMLElement);
    await fixture.whenStable();
    await vi.waitFor(() => find(fixture, 'li'));
    expect(find(fixture, 'li button').getAttribute('aria-label')).toBe('Forget: Phone');
    find(fixture, 'li button').click();
    await vi.waitFor(() => expect(find(fixture, '[role="status"]').textContent).not.toBe(''));
    expect(find(fixture, '[role="status"]').textContent.trim()).toBe('The device was forgotten.');
    expect((fixture.nativeElement as HTMLElement).querySelector('li')).toBeNull();
    expect(document.activeElement).toBe(find(fixture, '[role="heading"]'));
  });
});
