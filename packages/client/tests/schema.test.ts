import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { documentPath, generateSchema, schemaPath } from '../scripts/generate.js';

it('src/schema.ts is what the OpenAPI document of the server gives (else run `npm run gen`)', async () => {
	const committed = await readFile(schemaPath, 'utf8');
	expect(committed).toBe(await generateSchema(documentPath));
});
