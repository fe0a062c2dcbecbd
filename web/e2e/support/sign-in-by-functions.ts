import { expect, otherThan, test } from './fixtures';

/** What must work whoever's functions the pool has. */
export function signsInByItsFunctions(): void {
  test('a wrong code is asked for again, the right one signs in', async ({ page, signIn }) => {
    await signIn.reachCode();
    const code = await signIn.mailedCode();
    await page.keyboard.type(otherThan(code));
    await expect(signIn.alert).toBeVisible();
    await expect(signIn.code).toBeFocused();
    await page.keyboard.type(code);
    await signIn.expectSignedIn();
  });
}
