import { Browser, Page } from '@playwright/test';
import { SignInPage, expect, test } from './support/fixtures';
import { Person } from './support/server';

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** A phone is about six times slower than a desktop. */
const PHONE = 6;
const LONG_TASK = 50;
/** A machine that others use spoils a measurement now and then; it never makes one better. */
const MEASUREMENTS = 3;

/** Milliseconds of the longest tasks between the password and the question for the code. */
async function longestTasks(
  browser: Browser,
  page: Page,
  signIn: SignInPage,
  person: Person,
): Promise<number[]> {
  await page.goto('about:blank');
  await signIn.open();
  await signIn.email.fill(person.email);
  await signIn.password.fill(person.password);
  // Processor time, which other programs on this machine do not add to as they would to a clock's.
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  await page.keyboard.press('Enter');
  await expect(signIn.code).toBeFocused();
  const trace = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[];
  };
  const mains = trace.traceEvents
    .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
    .map(({ pid, tid }) => `${pid} ${tid}`);
  return trace.traceEvents
    .filter(({ name, pid, tid }) => /RunTask/.test(name) && mains.includes(`${pid} ${tid}`))
    .map(({ tdur = 0 }) => Math.round((PHONE * tdur) / 1000))
    .sort((a, b) => b - a);
}

test('no task of a sign-in holds a phone up: none takes over 50 ms at a sixth of the speed', async ({
  page,
  browser,
  server,
  pool,
  signIn,
}) => {
  let best = Infinity;
  for (let i = 0; i < MEASUREMENTS && best >= LONG_TASK; i++) {
    const tasks = await longestTasks(browser, page, signIn, await server.createPerson(pool));
    console.log(`longest tasks on a phone, ms: ${tasks.slice(0, 5).join(' ')}`);
    expect(tasks.length).toBeGreaterThan(20);
    // The powers are among them: without their pauses this would be one of 100 ms and more.
    expect(tasks.filter((task) => task >= 5).length).toBeGreaterThan(3);
    best = Math.min(best, tasks[0] ?? Infinity);
    await page.evaluate(() => sessionStorage.clear());
  }
  expect(best).toBeLessThan(LONG_TASK);
});
