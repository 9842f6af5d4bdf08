import type { Page } from '@playwright/test';
import { GATEWAY_TOKEN } from '../house/gateway.js';
import { NextApp } from '../house/next.js';
import { Redis } from '../house/redis.js';
import type { House } from '../house/server.js';
import { converse, expect, expectAccessible, PASSWORD, test } from '../house/test.js';

const part = (page: Page, name: string) => page.getByRole('region', { name });
const history = (page: Page) => part(page, 'What you last talked about');
const personality = (page: Page) => part(page, 'How Bondhu sees you');
const edge = (page: Page) => part(page, 'On the edge runtime');

async function signIn(page: Page, app: NextApp, username: string, password = PASSWORD) {
	await page.goto(app.url);
	await page.getByLabel('Username').fill(username);
	await page.getByLabel('Password').fill(password);
	await page.getByRole('button', { name: 'Sign in' }).click();
}

/** The example beside a server, through a gateway. */
async function beside(house: House, gatewayUrl: string): Promise<NextApp> {
	return NextApp.open({
		BONDHU_URL: house.url,
		UPSTASH_REDIS_REST_URL: gatewayUrl,
		UPSTASH_REDIS_REST_TOKEN: GATEWAY_TOKEN
	});
}

test('without a gateway the Next.js example gets everything from the API', async ({
	page,
	house,
	signUp,
	context
}) => {
	const app = await beside(house, 'http://127.0.0.1:1');
	try {
		const username = await signUp();
		await converse(page, house, ['I have planted the first tulips.']);
		await context.clearCookies();

		await signIn(page, app, username, 'not the password');
		await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toBeVisible();
		await expectAccessible(page);

		await signIn(page, app, username);
		await expect(history(page)).toContainText('I have planted the first tulips.');
		await expect(history(page)).toContainText('from the API');
		await expect(personality(page)).toContainText('from the API');
		await expect(edge(page)).toContainText('from the API');
		await expectAccessible(page);
		expect(app.log).toContain('cache: get example:session:');

		await page.getByRole('button', { name: 'Sign out' }).click();
		await expect(page.getByLabel('Password')).toBeVisible();
		expect(await context.cookies(app.url)).toEqual([]);
	} finally {
		await app.close();
	}
});

for (const onRedis of [false, true]) {
	const where = onRedis ? 'on Redis' : 'on the embedded default';
	test(`${where} the Next.js example reads the cache that the server keeps`, async ({
		page,
		openHouse,
		signUp,
		playwright
	}) => {
		const redis = onRedis ? await Redis.open() : undefined;
		const house = await openHouse({
			UPSTASH_REDIS_REST_TOKEN: GATEWAY_TOKEN,
			...(redis && { REDIS_URL: redis.url })
		});
		const app = await beside(house, `${house.url}/redis`);
		try {
			const username = await signUp(page, house);
			await converse(page, house, ['I have planted the first tulips.']);
			await page.context().clearCookies();
			await signIn(page, app, username);

			await expect(history(page)).toContainText('I have planted the first tulips.');
			await page.reload();
			await expect(history(page)).toContainText('from the cache');
			await expect(personality(page)).toContainText('from the cache');
			await expect(edge(page)).toContainText('from the cache');
			await expect(edge(page)).toHaveAttribute('data-runtime', 'edge');
			await expectAccessible(page);

			// Something new is said in Bondhu itself: what was cached is gone.
			const request = await playwright.request.newContext();
			const session = { data: { username, password: PASSWORD } };
			await request.post(`${house.url}/api/v1/session`, session);
			await converse({ request } as Page, house, ['The tulips are up.']);
			await page.reload();
			await expect(history(page)).toContainText('The tulips are up.');
			await request.dispose();

			await page.reload();
			await expect(history(page)).toContainText('from the cache');
			await page.getByRole('button', { name: 'Forget what is cached' }).click();
			await expect(history(page)).toContainText('from the API');
			await expect(personality(page)).toContainText('from the API');

			if (redis) {
				await redis.kill();
				await page.reload();
				await expect(history(page)).toContainText('from the API');
				await redis.start();
				await expect(async () => {
					await page.reload();
					await expect(history(page)).toContainText('from the cache', { timeout: 1000 });
				}).toPass();
			}
			expect(app.log).not.toContain('invalid');
		} finally {
			await app.close();
			await redis?.close();
		}
	});
}
