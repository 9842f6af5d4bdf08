import type { Page } from '@playwright/test';
import { NextApp } from '../house/next.js';
import type { House } from '../house/server.js';
import { converse, expect, expectAccessible, PASSWORD, test } from '../house/test.js';

const part = (page: Page, name: string) => page.getByRole('region', { name });
const talk = (page: Page) => part(page, 'What you last talked about');

async function signIn(page: Page, app: NextApp, username: string, password = PASSWORD) {
	await page.goto(app.url);
	await page.getByLabel('Username').fill(username);
	await page.getByLabel('Password').fill(password);
	await page.getByRole('button', { name: 'Sign in' }).click();
}

/** The example beside a server, through a gateway. */
async function beside(house: House, gateway: { url: string; token: string }): Promise<NextApp> {
	return NextApp.open({
		BONDHU_URL: house.url,
		UPSTASH_REDIS_REST_URL: gateway.url,
		UPSTASH_REDIS_REST_TOKEN: gateway.token
	});
}

test('without a gateway the Next.js example gets everything from the API', async ({
	page,
	house,
	signUp,
	context
}) => {
	const app = await beside(house, { url: 'http://127.0.0.1:1', token: 'none' });
	try {
		const username = await signUp();
		await converse(page, house, ['I have planted the first tulips.']);
		await context.clearCookies();

		await signIn(page, app, username, 'not the password');
		await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toBeVisible();
		await expectAccessible(page);

		await signIn(page, app, username);
		await expect(talk(page)).toContainText('I have planted the first tulips.');
		await expect(talk(page)).toContainText('from the API');
		await expect(part(page, 'On the edge runtime')).toContainText('from the API');
		await expectAccessible(page);
		expect(app.log).toContain('cache: get example:session:');

		await page.getByRole('button', { name: 'Sign out' }).click();
		await expect(page.getByLabel('Password')).toBeVisible();
		expect(await context.cookies(app.url)).toEqual([]);
	} finally {
		await app.close();
	}
});
