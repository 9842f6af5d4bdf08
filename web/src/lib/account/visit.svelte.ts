import { ApiError, type Instance, type ModelStatus, type User } from '@bondhu/client';
import { api } from '$lib/api.js';

/** Who is here, on which server, and which model answers. */
class Visit {
	user = $state<User>();
	instance = $state<Instance>();
	model = $state<ModelStatus>();
	/** Whether the first look at the server is over. */
	known = $state(false);
	/** Set when the first look failed. */
	trouble = $state<unknown>();

	/** Looks who is signed in; nobody is a fine answer. */
	async begin(): Promise<void> {
		this.trouble = undefined;
		try {
			this.instance ??= await api.getInstance();
			this.user = await api.getMe();
		} catch (error) {
			if (error instanceof ApiError && error.status === 401) this.user = undefined;
			else this.trouble = error;
		}
		this.known = this.trouble === undefined;
		if (this.user) void this.lookAtModel();
	}

	async signedIn(user: User): Promise<void> {
		this.user = user;
		this.instance = await api.getInstance().catch(() => this.instance);
		void this.lookAtModel();
	}

	async lookAtModel(): Promise<void> {
		this.model = await api.getModelStatus().catch(() => this.model);
	}

	async signOut(): Promise<void> {
		await api.signOut();
		this.forget();
	}

	/** The session is over, here or elsewhere. */
	forget(): void {
		this.user = undefined;
		this.model = undefined;
	}
}

export const visit = new Visit();
