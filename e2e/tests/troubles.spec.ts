import {
	composer,
	expect,
	expectAccessible,
	mine,
	replies,
	say,
	sendButton,
	talk,
	test
} from '../house/test.js';

test('a server that is killed in mid-reply leaves what came, and Try again works', async ({
	page,
	openHouse,
	signUp
}) => {
	const house = await openHouse();
	await signUp(page, house);
	await page.goto(house.url);
	await say(page, 'Talk slowly please');
	// Words are stored every second: of two seconds of them, the first are.
	await expect(replies(page)).toContainText('here. One thing');
	await house.kill();
	await expect(page.getByText('The line dropped. Taking it up again.')).toBeVisible();
	await house.start();
	await expect(page.getByText('The reply was cut off. What came is kept.')).toBeVisible({
		timeout: 30_000
	});
	await expect(replies(page)).toContainText('One thing at a time');
	await expectAccessible(page);
	await page.reload();
	await page.getByRole('button', { name: 'Try again' }).click();
	await expect(page.getByRole('button', { name: 'Stop the reply' })).toBeVisible();
	await expect(replies(page)).toContainText('One thing');
	await page.keyboard.press('Escape');
});

test('without a reachable model the listener answers, and the page says so', async ({
	page,
	openHouse,
	signUp
}) => {
	const house = await openHouse({
		BONDHU_MODEL_PROVIDER: 'openai',
		OPENAI_BASE_URL: 'http://127.0.0.1:9/v1/',
		OPENAI_API_KEY: 'none',
		BONDHU_MODEL_RETRIES: '0'
	});
	await signUp(page, house);
	await page.goto(house.url);
	await expect(page.getByText('The language model cannot be reached.')).toBeVisible();
	await talk(page, 'I had a hard day at work');
	await expect(page.getByText('Answered by the built-in listener')).toBeVisible();
	await expectAccessible(page);
});

test('without any model the page says that the listener answers', async ({
	page,
	openHouse,
	signUp
}) => {
	const house = await openHouse({ BONDHU_MODEL_PROVIDER: 'none' });
	await signUp(page, house);
	await page.goto(house.url);
	await expect(page.getByText('No language model is set up.')).toBeVisible();
	await talk(page, 'I had a hard day at work');
	await expect(page.getByText('Answered by the built-in listener')).toBeVisible();
});

test('a sign of crisis brings the help card first, and it stays', async ({ page, signUp }) => {
	await signUp();
	await page.request.patch('/api/v1/me', { data: { country: 'IN' } });
	await page.goto('/');
	await say(page, 'I want to kill myself tonight');
	const card = page.getByRole('region', { name: 'You deserve a person now' });
	await expect(card).toBeVisible();
	await expect(card.getByRole('link', { name: /\d{3}/ }).first()).toHaveAttribute('href', /^tel:/);
	await expect(card.getByRole('button', { name: 'Hide' })).toHaveCount(0);
	await expect(sendButton(page)).toBeVisible();
	await expectAccessible(page);
	await page.reload();
	await expect(card).toBeVisible();
});

test('offline, the words are kept and go out when the line is back', async ({
	page,
	context,
	signUp
}) => {
	await signUp();
	await page.goto('/');
	await talk(page, 'Hello');
	await context.setOffline(true);
	await expect(page.getByText('This device is offline.')).toBeVisible();
	await composer(page).fill('Are you there?');
	await sendButton(page).click();
	await expect(page.getByText('Not sent: the server cannot be reached.')).toBeVisible();
	await expectAccessible(page);
	await context.setOffline(false);
	await expect(mine(page)).toHaveCount(2);
	await expect(mine(page).last()).toContainText('Are you there?');
	await expect(replies(page)).toHaveCount(2);
	await expect(sendButton(page)).toBeVisible();
});

test('a message is stored once, however often its line drops', async ({ page, signUp }) => {
	await signUp();
	await page.goto('/');
	await talk(page, 'Hello');
	let dropped = 0;
	await page.route('**/messages', async (route) => {
		if (route.request().method() !== 'POST' || dropped > 0) return route.continue();
		dropped += 1;
		// The server gets it; the answer is lost on the way back.
		await route.fetch();
		await route.abort();
	});
	await composer(page).fill('Only once');
	await sendButton(page).click();
	await page.getByRole('button', { name: 'Send again' }).click();
	await expect(replies(page)).toHaveCount(2);
	await page.reload();
	await expect(mine(page).filter({ hasText: 'Only once' })).toHaveCount(1);
});
