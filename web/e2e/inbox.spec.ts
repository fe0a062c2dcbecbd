import { expect, test } from './support/fixtures';

test('the inbox shows the mail and copies its code', async ({
  page,
  person,
  server,
  signIn,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await signIn.reachCode();
  const code = await signIn.mailedCode();
  await page.goto(`${server.url}/inbox`);
  await page.getByRole('button', { name: person.email }).click();
  const mail = page.getByRole('article');
  await expect(mail).toContainText(`To ${person.email}`);

  await mail.getByRole('button', { name: 'Copy code' }).click();
  await expect(mail.getByRole('button', { name: 'Copied' })).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'Code copied' })).toBeAttached();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code);

  await expect(page.getByTitle('The mail as HTML')).toHaveAttribute('sandbox', '');
  await expect(page.frameLocator('iframe').getByText(code).first()).toBeVisible();
  await mail.getByRole('button', { name: 'Text', exact: true }).click();
  await expect(mail.locator('pre')).toContainText(code);

  await page.getByRole('link', { name: 'Open sign-in' }).click();
  await expect(signIn.code).toBeVisible();
});

test('mail that comes while the inbox is open shows up', async ({
  page,
  server,
  pool,
  context,
}) => {
  await page.goto(`${server.url}/inbox`);
  await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible();
  const person = await server.createPerson(pool);
  const other = await context.newPage();
  await other.goto(server.url);
  await other.getByRole('textbox', { name: 'Email' }).fill(person.email);
  await other.getByLabel('Password', { exact: true }).fill(person.password);
  await other.keyboard.press('Enter');
  await expect(other.getByRole('textbox', { name: '6-digit code' })).toBeVisible();
  await page.bringToFront();
  await expect(page.getByRole('button', { name: person.email })).toBeVisible();
});

test('mail cannot run scripts, leave its frame or load anything from outside', async ({
  page,
  server,
  complaints,
}) => {
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('attacker.example')) foreign.push(request.url());
  });
  const html = `<p>Hello</p><a href="https://attacker.example/" target="_top">link</a>
    <form action="https://attacker.example/"><button>Send</button></form>`;
  const mail = {
    id: '1',
    to: 'ana.silva@example.com',
    from: 'mallory@example.com',
    subject: '<img src=x onerror=alert(1)>',
    text: 'Hello',
    html,
    receivedAt: new Date().toISOString(),
  };
  await page.route('**/inbox/api/messages', (route) => route.fulfill({ json: [mail] }));
  await page.goto(`${server.url}/inbox`);
  await expect(page.getByRole('article', { name: mail.subject })).toBeVisible();
  const frame = page.frameLocator('iframe');
  await expect(frame.getByText('Hello')).toBeVisible();
  await frame.getByRole('link', { name: 'link' }).click();
  await frame.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible();
  expect(foreign).toEqual([]);
  await expect.poll(() => complaints.length).toBe(2);
  const [navigation, submission] = complaints.splice(0);
  expect(navigation).toContain('Unsafe attempt to initiate navigation');
  expect(submission).toContain('Blocked form submission');
});

test('no mail, no inbox and no server each say so', async ({ page, server }) => {
  let answer = { status: 200, json: [] as unknown };
  await page.route('**/inbox/api/messages', (route) => route.fulfill(answer));
  await page.goto(`${server.url}/inbox`);
  await expect(page.getByText('Sign in, and the code shows up here.')).toBeVisible();
  answer = { status: 502, json: {} };
  await expect(page.getByText('The server doesn’t answer. Trying again…')).toBeVisible();
  answer = { status: 404, json: {} };
  await expect(page.getByRole('heading', { name: 'This server keeps no inbox' })).toBeVisible();
});
