import { expect, expectAccessible, test } from '../house/test.js';

test('the owner sees the background work and mends what failed', async ({
	page,
	openHouse,
	signUp
}) => {
	const house = await openHouse();
	await signUp(page, house);
	await house.command('task', 'send', 'no.such.task');
	await page.goto(`${house.url}/settings`);
	await page.getByRole('link', { name: 'Look at it' }).click();
	const failed = page.getByRole('region', { name: 'Failed for good' });
	await expect(failed.getByText('no task named `no.such.task`')).toBeVisible();
	await expect(page.getByRole('cell', { name: 'hourly insights' })).toBeVisible();
	await expect(page.getByRole('cell', { name: /^celery@/ })).toBeVisible();
	await expect(page.getByRole('cell', { name: 'personality', exact: true })).toBeVisible();
	await expectAccessible(page);

	await failed.getByRole('button', { name: 'Details' }).click();
	await expect(failed.getByText('Attempts')).toBeVisible();
	await failed.getByRole('button', { name: 'Send again no.such.task' }).click();
	await expect(failed.getByText('no.such.task was sent again.')).toBeAttached();
	await expect(failed.getByText('no task named `no.such.task`')).toBeVisible();
	await failed.getByRole('button', { name: 'Drop no.such.task' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Drop' }).click();
	await expect(failed.getByText('Nothing has failed for good.')).toBeVisible();
});

test('nobody else sees it', async ({ page, openHouse, signUp }) => {
	const house = await openHouse();
	await signUp(page, house);
	await page.context().clearCookies();
	await signUp(page, house);
	await page.goto(`${house.url}/admin/tasks`);
	await expect(page.getByText('Only the owner of this Bondhu')).toBeVisible();
});
