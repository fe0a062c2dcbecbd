import { provideHttpClient, withInterceptors, HttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { ChangeDetectionStrategy, Component, PLATFORM_ID, signal } from '@angular/core';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { FormControl, ReactiveFormsModule } from '@angular/forms';
import { Router, provideRouter } from '@angular/router';
import { Session, SignIn } from '@poolhouse/angular';
import { OtpControl } from '@poolhouse/angular/forms';
import { accessTokenInterceptor } from '@poolhouse/angular/http';
import { signedInGuard } from '@poolhouse/angular/router';
import { OtpInput } from '@poolhouse/angular/steps';
import {
  FAKE_TOKENS,
  FakeClient,
  SIGNED_IN,
  codeStep,
  passwordStep,
  provideFakeSignIn,
} from '@poolhouse/angular/testing';
import { loadTexts } from '@poolhouse/auth/languages';

function find<T extends HTMLElement>(fixture: ComponentFixture<unknown>, selector: string): T {
  const element = (fixture.nativeElement as HTMLElement).querySelector<T>(selector);
  if (!element) throw new Error(`No ${selector}.`);
  return element;
}

function submit(fixture: ComponentFixture<unknown>): void {
  find(fixture, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
}

describe('the unit-test kit', () => {
  it('signs in against a server that answers what it is told to', async () => {
    const client = new FakeClient();
    TestBed.configureTestingModule({ providers: [provideFakeSignIn(client)] });
    const fixture = TestBed.createComponent(SignIn);
    const signedIn: unknown[] = [];
    fixture.componentInstance.signedIn.subscribe((tokens) => signedIn.push(tokens));
    await fixture.whenStable();
    find<HTMLInputElement>(fixture, '[name="username"]').value = 'ana@example.com';
    find<HTMLInputElement>(fixture, '[name="password"]').value = 'secret';
    client.reply(passwordStep(['given_name']), codeStep(), SIGNED_IN);
    submit(fixture);
    await vi.waitFor(() => find(fixture, 'si-new-password-form'));
    await fixture.whenStable();

    // A required attribute that is missing is named; it is asked for by its name in words.
    submit(fixture);
    await fixture.whenStable();
    expect(find(fixture, '.si-field-error').textContent.trim()).toBe('Fill in this field.');
    expect(find(fixture, 'label').textContent.trim()).toBe('First name');
    find<HTMLInputElement>(fixture, '[data-attribute="given_name"]').value = 'Ana';
    const password = find<HTMLInputElement>(fixture, 'input[autocomplete="new-password"]');
    password.value = 'Chosen-Horse-9!';
    password.dispatchEvent(new Event('input'));
    submit(fixture);
    await vi.waitFor(() => find(fixture, 'si-confirm-code-form'));
    await fixture.whenStable();
    const code = find<HTMLInputElement>(fixture, '[autocomplete="one-time-code"]');
    code.value = '123456';
    code.dispatchEvent(new Event('input'));
    await vi.waitFor(() => expect(signedIn).toEqual([FAKE_TOKENS]));
    expect(TestBed.inject(Session).claims()).toMatchObject({ name: 'Ana Silva' });
    expect(client.calls.map(({ call }) => call)).toEqual(['signIn', 'choosePassword', 'answer']);
  });
});

describe('texts', () => {
  it('are live: another language at any time', async () => {
    const german = await loadTexts(['de']);
    const texts = signal({});
    const options = { texts };
    TestBed.configureTestingModule({ providers: [provideFakeSignIn(new FakeClient(), options)] });
    const fixture = TestBed.createComponent(SignIn);
    fixture.componentRef.setInput('headingLevel', 2);
    await fixture.whenStable();
    const heading = find(fixture, '[role="heading"]');
    expect(heading.textContent.trim()).toBe('Sign in');
    expect(heading.getAttribute('aria-level')).toBe('2');
    texts.set(german);
    await fixture.whenStable();
    expect(heading.textContent.trim()).toBe('Anmelden');
    expect((fixture.nativeElement as HTMLElement).lang).toBe('de');
    expect(document.title).toBe('Anmelden');
  });
});

describe('on a server', () => {
  it('nothing can be submitted, no browser is needed, and nobody’s tokens are kept', async () => {
    const complaints = vi.spyOn(console, 'error');
    // What a build for a server says, so that nothing runs that is for after a page is shown.
    vi.stubGlobal('ngServerMode', true);
    vi.stubGlobal('navigator', undefined);
    vi.stubGlobal('sessionStorage', undefined);
    vi.stubGlobal('localStorage', undefined);
    const server = { provide: PLATFORM_ID, useValue: 'server' };
    const fake = provideFakeSignIn(new FakeClient(), { store: 'browser' });
    TestBed.configureTestingModule({ providers: [fake, server] });
    const fixture = TestBed.createComponent(SignIn);
    await fixture.whenStable();
    expect(find<HTMLFormElement>(fixture, 'form').method).toBe('post');
    expect(find<HTMLButtonElement>(fixture, '[type="submit"]').disabled).toBe(true);
    expect(complaints).not.toHaveBeenCalled();
    vi.unstubAllGlobals();
  });
});

describe('OtpControl', () => {
  @Component({
    changeDetection: ChangeDetectionStrategy.OnPush,
    imports: [OtpInput, OtpControl, ReactiveFormsModule],
    template: `<si-otp-input [formControl]="code" />`,
  })
  class Host {
    readonly code = new FormControl('12');
  }

  it('makes the field a control: value, changes, disabling', async () => {
    const fixture = TestBed.createComponent(Host);
    await fixture.whenStable();
    const field = find<HTMLInputElement>(fixture, 'input');
    const { code } = fixture.componentInstance;
    expect(field.value).toBe('12');
    field.value = '345678';
    field.dispatchEvent(new Event('input'));
    expect([code.value, code.dirty]).toEqual(['345678', true]);
    code.reset('9');
    code.disable();
    await fixture.whenStable();
    expect([field.value, field.disabled, code.dirty]).toEqual(['9', true, false]);
    field.dispatchEvent(new Event('blur'));
    expect(code.touched).toBe(true);
  });
});

describe('signedInGuard', () => {
  @Component({ changeDetection: ChangeDetectionStrategy.OnPush, template: '' })
  class Page {}

  it('sends those who are not signed in to the sign-in, and back afterwards', async () => {
    const routes = [
      { path: 'sign-in', component: Page },
      { path: 'account', component: Page, canActivate: [signedInGuard()] },
    ];
    TestBed.configureTestingModule({
      providers: [provideFakeSignIn(new FakeClient()), provideRouter(routes)],
    });
    const router = TestBed.inject(Router);
    await router.navigateByUrl('/account');
    expect(router.url).toBe('/sign-in?returnTo=%2Faccount');
    TestBed.inject(Session).start(FAKE_TOKENS);
    await router.navigateByUrl('/account');
    expect(router.url).toBe('/account');
  });
});

describe('accessTokenInterceptor', () => {
  it('gives the token to the named API alone, and renews it once', async () => {
    const client = new FakeClient();
    const interceptors = withInterceptors([
      accessTokenInterceptor('https://api.example.com', '/api'),
    ]);
    TestBed.configureTestingModule({
      providers: [
        provideFakeSignIn(client),
        provideHttpClient(interceptors),
        provideHttpClientTesting(),
      ],
    });
    TestBed.inject(Session).start(FAKE_TOKENS);
    const http = TestBed.inject(HttpClient);
    const backend = TestBed.inject(HttpTestingController);
    for (const url of ['https://api.example.com.evil.example/x', '//api/x', '/apis', '/other']) {
      http.get(url).subscribe();
      expect(backend.expectOne(url).request.headers.has('Authorization')).toBe(false);
    }
    const answers: unknown[] = [];
    http.get('/api/x').subscribe((answer) => answers.push(answer));
    await new Promise((resolve) => setTimeout(resolve));
    const first = backend.expectOne('/api/x');
    expect(first.request.headers.get('Authorization')).toBe('Bearer access');
    const tokens = { ...FAKE_TOKENS, accessToken: 'access-2' };
    client.reply({ kind: 'signed-in', tokens });
    first.flush(null, { status: 401, statusText: 'Unauthorized' });
    await new Promise((resolve) => setTimeout(resolve));
    const second = backend.expectOne('/api/x');
    expect(second.request.headers.get('Authorization')).toBe('Bearer access-2');
    second.flush('answer');
    expect(answers).toEqual(['answer']);
  });
});
