// Writes packages/redis/src/schema.ts: the keys of the cache, how long each is kept, and the types of their values.
// Reads what `bondhu openapi --cache` prints from standard input.
import { writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import openapiTS, { astToString } from 'openapi-typescript';

const { keys, chat_history_limits, document } = JSON.parse(await text(process.stdin));

const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

// A key as a template literal, and the parameters of its function.
const builder = ({ pattern }) => {
	const names = [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name]) => camel(name));
	const types = names.map((name) => `${name}: ${name === 'limit' ? 'number' : 'string'}`);
	const template = pattern.replace(/\{(\w+)\}/g, (_, name) => `\${${camel(name)}}`);
	return { types: types.join(', '), template };
};

const entries = keys.map((key) => {
	const { types, template } = builder(key);
	return { ...key, types, template };
});
const values = keys.filter(({ value }) => value);

const out = `// Generated from crates/bondhu/src/cache_keys.rs by \`scripts/gen.sh\`. Do not edit.

${astToString(await openapiTS(document))}
${Object.keys(document.components.schemas)
	.map((name) => `export type ${name} = components['schemas']['${name}'];`)
	.join('\n')}

/** What each key holds. */
export interface CacheValues {
${values.map(({ name, value }) => `\t${name}: ${value};`).join('\n')}
}

/** The lengths of pages of history that are kept; cut another length from the next longer one. */
export const chatHistoryLimits: readonly [${chat_history_limits.join(', ')}] = [${chat_history_limits.join(', ')}];

/** Every key of the server, and how long a value is kept, in seconds. */
export const keyTable: {
${entries
	.map(
		({ name, doc, pattern, types, ttl_secs }) =>
			`\t/** \`${pattern}\`: ${doc}. */\n\treadonly ${name}: { readonly key: (${types}) => string; readonly ttlSecs: ${ttl_secs} };`
	)
	.join('\n')}
} = {
${entries
	.map(({ name, types, template, ttl_secs }) => `\t${name}: { key: (${types}) => \`${template}\`, ttlSecs: ${ttl_secs} }`)
	.join(',\n')}
};
`;

await writeFile(new URL('../packages/redis/src/schema.ts', import.meta.url), out);
