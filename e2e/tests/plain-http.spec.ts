import { browser } from '../house/browser.js';
import { expect, PASSWORD, talk, test } from '../house/test.js';

// A name that is not this machine's own makes the page an insecure context, as in a home network.
test.use({
	launchOptions: {
		...browser.launchOptions,
		args: [...browser.launchOptions.args, '--host-resolver-rules=MAP bondhu.home 127.0.0.1']
	}
});

test('over plain HTTP in a home network one can join and talk', async ({ page, openHouse }) => {
	const house = await openHouse();
	await page.goto(house.url.replace('127.0.0.1', 'bondhu.home'));
	expect(await page.evaluate(() => isSecureContext)).toBe(false);
	await page.getByRole('button', { name: 'Begin' }).click();
	await page.getByLabel('User name').fill('mira');
	await page.getByLabel('Password').fill(PASSWORD);
	await page.getByRole('button', { name: 'Create account' }).click();
	await page.getByRole('link', { name: 'Start talking' }).click();
	await talk(page, 'Hello');
});
