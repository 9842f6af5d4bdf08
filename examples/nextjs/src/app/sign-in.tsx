'use client';

import { useActionState } from 'react';
import { signIn } from './actions';

export function SignIn() {
	const [trouble, submit, busy] = useActionState(signIn, '');
	return (
		<form className="sign-in card" action={submit}>
			<h2>Sign in</h2>
			<p className="muted">With the name and the password that you use in Bondhu.</p>
			<label>
				Username
				<input name="username" autoComplete="username" required autoCapitalize="none" />
			</label>
			<label>
				Password
				<input name="password" type="password" autoComplete="current-password" required />
			</label>
			{trouble && (
				<p className="trouble" role="alert">
					{trouble}
				</p>
			)}
			<button disabled={busy}>{busy ? 'Signing in …' : 'Sign in'}</button>
		</form>
	);
}
