// Writes src/schema.ts from the OpenAPI document of the server.
// `node scripts/generate.js [document]`; the tests call `generateSchema` to notice drift.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

export const documentPath = fileURLToPath(
	new URL('../../../crates/bondhu/openapi.json', import.meta.url)
);
export const schemaPath = fileURLToPath(new URL('../src/schema.ts', import.meta.url));

const banner = '// Generated from crates/bondhu/openapi.json by `npm run gen`. Do not edit.\n\n';

/** The TypeScript types of one OpenAPI document, as source text. */
export async function generateSchema(path) {
	const document = JSON.parse(await readFile(path, 'utf8'));
	return banner + astToString(await openapiTS(document));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	await writeFile(schemaPath, await generateSchema(process.argv[2] ?? documentPath));
}
