/** How long entries are kept, in seconds. */
export const TTL: {
	/** 5 minutes. */
	readonly SHORT: 300;
	/** 30 minutes. */
	readonly MEDIUM: 1800;
	/** 1 hour. */
	readonly LONG: 3600;
	/** 24 hours. */
	readonly DAILY: 86_400;
} = { SHORT: 300, MEDIUM: 1800, LONG: 3600, DAILY: 86_400 };
