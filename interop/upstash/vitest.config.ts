import { defineConfig } from 'vitest/config';

// One database for all files: they run one after another.
export default defineConfig({
	test: {
		fileParallelism: false,
		testTimeout: 30_000,
		hookTimeout: 60_000,
		include: ['tests/*.test.ts']
	}
});
