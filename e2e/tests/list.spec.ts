import { converse, expect, mine, test } from '../house/test.js';

test('a conversation is renamed and deleted', async ({ page, house, signUp }) => {
	await signUp();
	await converse(page, house, ['About the garden']);
	const id = await converse(page, house, ['About the sea']);
	await page.goto(`/c/${id}`);
	const list = page.getByRole('navigation', { name: 'Conversations' });
	const sea = list.getByRole('listitem').filter({ hasText: 'About the sea' });
	await sea.hover();
	await sea.getByRole('button', { name: /^Rename/ }).click();
	await page.getByLabel('Name of the conversation').fill('Salt water');
	await page.keyboard.press('Enter');
	await expect(list.getByText('Salt water')).toBeVisible();
	await expect(page).toHaveTitle('Salt water · Bondhu');
	const renamed = list.getByRole('listitem').filter({ hasText: 'Salt water' });
	await renamed.hover();
	await renamed.getByRole('button', { name: /^Delete/ }).click();
	await page
		.getByRole('dialog', { name: 'Delete this conversation?' })
		.getByRole('button', { name: 'Delete' })
		.click();
	await expect(list.getByText('Salt water')).toHaveCount(0);
	await expect(list.getByText('About the garden').first()).toBeVisible();
	await expect(page).toHaveURL(`${house.url}/`);
});

test('search finds words, shows them and jumps to the place', async ({ page, house, signUp }) => {
	await signUp();
	const texts = Array.from({ length: 30 }, (_, index) => `Line ${index + 1} of a long letter.`);
	texts[2] = 'My grandmother kept a blue lantern.';
	const id = await converse(page, house, texts);
	await page.goto('/');
	await page.getByRole('link', { name: 'Search' }).first().click();
	await page.getByLabel('Words to look for').fill('lantern');
	await expect(page.locator('mark').first()).toHaveText(/lantern/);
	await page.getByRole('link', { name: /blue lantern/ }).click();
	await expect(page).toHaveURL(new RegExp(`/c/${id}`));
	const place = mine(page).filter({ hasText: 'blue lantern' });
	await expect(place).toBeInViewport();
	await expect(place).toHaveClass(/found/);
	await page.getByRole('button', { name: 'To the newest message' }).click();
	await expect(page.getByText('Line 30 of a long letter.').last()).toBeInViewport();
});

test('search finds what was said on a branch that is not shown', async ({
	page,
	house,
	signUp
}) => {
	await signUp();
	const id = await converse(page, house, ['I left the umbrella on the tram']);
	await page.goto(`/c/${id}`);
	await mine(page).hover();
	await mine(page).getByRole('button', { name: 'Edit' }).click();
	await page.getByLabel('Edit your message').fill('I left the umbrella at home');
	await page.getByRole('button', { name: 'Send again' }).click();
	await expect(mine(page)).toContainText('at home');
	await page.goto('/search?q=tram');
	await page.getByRole('link', { name: /tram/ }).click();
	await expect(mine(page)).toContainText('on the tram');
});

test('on a phone the list is in a drawer', async ({ page, house, signUp }) => {
	await page.setViewportSize({ width: 390, height: 844 });
	await signUp();
	await converse(page, house, ['About the garden']);
	await page.goto('/');
	await page.getByRole('button', { name: 'Conversations' }).click();
	const drawer = page.getByRole('dialog', { name: 'Conversations' });
	await drawer.getByRole('link', { name: /About the garden/ }).click();
	await expect(drawer).toBeHidden();
	await expect(mine(page)).toContainText('About the garden');
});
