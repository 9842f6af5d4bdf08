import { expect, expectAccessible, PASSWORD, test } from '../house/test.js';

test('the first visit leads through three steps into the chat', async ({ page, openHouse }) => {
	const house = await openHouse();
	await page.goto(house.url);
	await expect(page).toHaveURL(/\/welcome$/);
	await expect(page.getByText('It is an AI.')).toBeVisible();
	await page.getByRole('button', { name: 'Begin' }).click();
	await expect(page.getByText('This is the first account')).toBeVisible();
	await expectAccessible(page);
	await page.getByLabel('User name').fill('mi');
	await page.getByLabel('What should Bondhu call you?').fill('Mira');
	await page.getByLabel('Password').fill('short');
	await page.getByRole('button', { name: 'Create account' }).click();
	await expect(page.getByLabel('User name')).toHaveAccessibleDescription(/3/);
	await expect(page.getByLabel('Password')).toHaveAttribute('aria-invalid', 'true');
	await expectAccessible(page);
	await page.getByLabel('User name').fill('mira');
	await page.getByLabel('Password').fill(PASSWORD);
	await page.getByRole('button', { name: 'Create account' }).click();
	await expect(page.getByRole('heading', { name: 'How it remembers' })).toBeVisible();
	await page.getByRole('link', { name: 'Start talking' }).click();
	await expect(page.getByRole('heading', { name: /, Mira$/ })).toBeVisible();
	await page.goto(`${house.url}/settings`);
	await expect(page.getByRole('heading', { name: 'Who may join' })).toBeVisible();
});

test('a wrong password is told, and the right one leads back', async ({ page, signUp }) => {
	const username = await signUp();
	await page.context().clearCookies();
	await page.goto('/settings');
	await expect(page).toHaveURL(/\/sign-in/);
	await page.getByLabel('User name').fill(username);
	await page.getByLabel('Password').fill('not the password');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page.getByRole('alert')).toBeVisible();
	await expectAccessible(page);
	await page.getByLabel('Password').fill(PASSWORD);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page).toHaveURL(/\/settings$/);
	await page.getByRole('button', { name: 'Sign out' }).first().click();
	await expect(page).toHaveURL(/\/sign-in/);
});

test('the name, the country and the theme are kept', async ({ page, signUp }) => {
	await signUp();
	await page.goto('/settings');
	await page.getByLabel('What Bondhu calls you').fill('মিরা');
	await page.getByLabel('Your country').selectOption('Bangladesh');
	await page.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByText('Saved.')).toBeVisible();
	await page.getByLabel('Dusk').check();
	await page.reload();
	await expect(page.getByLabel('What Bondhu calls you')).toHaveValue('মিরা');
	await expect(page.getByLabel('Your country')).toHaveValue('BD');
	await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('other places are listed and signed out', async ({ page, browser, house, signUp }) => {
	const username = await signUp();
	const elsewhere = await browser.newContext();
	const signedIn = await elsewhere.request.post(`${house.url}/api/v1/session`, {
		data: { username, password: PASSWORD }
	});
	expect(signedIn.ok()).toBe(true);
	await page.goto('/settings');
	const section = page.getByRole('region', { name: 'Where you are signed in' });
	await expect(section.getByRole('listitem')).toHaveCount(2);
	await section.getByRole('button', { name: /Sign out/ }).click();
	await expect(section.getByRole('listitem')).toHaveCount(1);
	expect((await elsewhere.request.get(`${house.url}/api/v1/me`)).status()).toBe(401);
	await elsewhere.close();
});

test('a new password signs the other places out', async ({ page, browser, house, signUp }) => {
	const username = await signUp();
	const elsewhere = await browser.newContext();
	await elsewhere.request.post(`${house.url}/api/v1/session`, {
		data: { username, password: PASSWORD }
	});
	await page.goto('/settings');
	await page.getByLabel('Current password').fill('not the password');
	await page.getByLabel('New password').fill('another quiet evening');
	await page.getByRole('button', { name: 'Change password' }).click();
	await expect(page.getByText('Look at the fields above.')).toBeVisible();
	await page.getByLabel('Current password').fill(PASSWORD);
	await page.getByRole('button', { name: 'Change password' }).click();
	await expect(page.getByText('Your password is changed.')).toBeVisible();
	expect((await elsewhere.request.get(`${house.url}/api/v1/me`)).status()).toBe(401);
	expect((await page.request.get(`${house.url}/api/v1/me`)).status()).toBe(200);
	await elsewhere.close();
});

test('a token is shown once, works, and is revoked', async ({
	page,
	playwright,
	house,
	signUp
}) => {
	await signUp();
	await page.goto('/settings');
	const section = page.getByRole('region', { name: 'API tokens' });
	await section.getByLabel('Name of a new token').fill('shortcut');
	await section.getByRole('button', { name: 'Create token' }).click();
	const token = await section.getByLabel(/shown only now/).inputValue();
	expect(token).toMatch(/^bnd_/);
	const program = await playwright.request.newContext({
		baseURL: house.url,
		extraHTTPHeaders: { authorization: `Bearer ${token}` }
	});
	expect((await program.get('/api/v1/me')).status()).toBe(200);
	await section.getByRole('button', { name: /Revoke/ }).click();
	await expect(section.getByText('There are no tokens.')).toBeVisible();
	expect((await program.get('/api/v1/me')).status()).toBe(401);
	await program.dispose();
});

test('the owner invites somebody', async ({ page, browser, openHouse, signUp }) => {
	const house = await openHouse();
	await signUp(page, house);
	await page.goto(`${house.url}/settings`);
	const section = page.getByRole('region', { name: 'Who may join' });
	await section.getByLabel('People with an invite').check();
	await section.getByRole('button', { name: 'Create an invite' }).click();
	const code = await section.getByLabel(/shown only now/).inputValue();
	const guest = await browser.newPage();
	await guest.goto(`${house.url}/welcome`);
	await guest.getByRole('button', { name: 'Begin' }).click();
	await guest.getByLabel('User name').fill('rafi');
	await guest.getByLabel('Password').fill(PASSWORD);
	await guest.getByLabel('Invite code').fill('wrong');
	await guest.getByRole('button', { name: 'Create account' }).click();
	await expect(guest.getByLabel('Invite code')).toHaveAttribute('aria-invalid', 'true');
	await guest.getByLabel('Invite code').fill(code);
	await guest.getByRole('button', { name: 'Create account' }).click();
	await expect(guest.getByRole('heading', { name: 'How it remembers' })).toBeVisible();
	await page.reload();
	await expect(section.getByText('Used by rafi')).toBeVisible();
	await section.getByLabel('Nobody').check();
	await guest.context().clearCookies();
	await guest.goto(`${house.url}/welcome`);
	await expect(guest.getByText('New accounts are switched off here.')).toBeVisible();
	await guest.close();
});
