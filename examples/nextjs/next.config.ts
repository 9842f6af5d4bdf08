import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';

const repository = fileURLToPath(new URL('../..', import.meta.url));

export default {
	poweredByHeader: false,
	// The packages of this repository lie outside of this folder.
	turbopack: { root: repository },
	outputFileTracingRoot: repository
} satisfies NextConfig;
