import { readStored, writeStored } from './storage.js';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'bondhu:preferences';

/** What this browser remembers about how the page should look and speak. */
class Preferences {
	#values = $state({ theme: 'system' as Theme, announce: true });

	constructor() {
		const stored = readStored<{ theme?: Theme; announce?: boolean }>(KEY, {});
		Object.assign(this.#values, stored);
	}

	get theme(): Theme {
		return this.#values.theme;
	}

	set theme(theme: Theme) {
		this.#values.theme = theme;
		if (theme === 'system') delete document.documentElement.dataset.theme;
		else document.documentElement.dataset.theme = theme;
		writeStored(KEY, $state.snapshot(this.#values));
	}

	/** Whether replies are read out by a screen reader, sentence by sentence. */
	get announce(): boolean {
		return this.#values.announce;
	}

	set announce(announce: boolean) {
		this.#values.announce = announce;
		writeStored(KEY, $state.snapshot(this.#values));
	}
}

export const preferences = new Preferences();
