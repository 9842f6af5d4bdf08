/** The parts of an OpenAPI 3.1 document that the reference page shows. */
export interface Schema {
	$ref?: string;
	type?: string | string[];
	format?: string;
	description?: string;
	enum?: unknown[];
	items?: Schema;
	properties?: Record<string, Schema>;
	required?: string[];
	oneOf?: Schema[];
	anyOf?: Schema[];
	allOf?: Schema[];
	additionalProperties?: Schema | boolean;
}

export interface Parameter {
	name: string;
	in: string;
	required?: boolean;
	description?: string;
	schema?: Schema;
}

type Content = Record<string, { schema?: Schema }>;

interface RawOperation {
	operationId?: string;
	summary?: string;
	description?: string;
	tags?: string[];
	parameters?: Parameter[];
	requestBody?: { content?: Content };
	responses?: Record<string, { description?: string; content?: Content }>;
}

export interface ApiDocument {
	info: { title: string; version: string; description?: string };
	paths: Record<string, Record<string, RawOperation>>;
	components?: { schemas?: Record<string, Schema> };
}

export interface Answer {
	status: string;
	description: string;
	type: string;
}

export interface Operation {
	id: string;
	method: string;
	path: string;
	summary: string;
	description: string;
	parameters: Parameter[];
	body: string | undefined;
	answers: Answer[];
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** The operations by their tag, in the order of the document. */
export function operationsByTag(document: ApiDocument): [string, Operation[]][] {
	const tags = new Map<string, Operation[]>();
	for (const [path, methods] of Object.entries(document.paths)) {
		for (const method of METHODS) {
			const raw = methods[method];
			if (!raw) continue;
			const tag = raw.tags?.[0] ?? 'other';
			tags.set(tag, [...(tags.get(tag) ?? []), readOperation(path, method, raw)]);
		}
	}
	return [...tags];
}

function readOperation(path: string, method: string, raw: RawOperation): Operation {
	const answers = Object.entries(raw.responses ?? {}).map(([status, response]) => ({
		status,
		description: response.description ?? '',
		type: contentType(response.content)
	}));
	return {
		id: raw.operationId ?? `${method} ${path}`,
		method: method.toUpperCase(),
		path,
		summary: raw.summary ?? '',
		description: raw.description ?? '',
		parameters: raw.parameters ?? [],
		body: raw.requestBody ? contentType(raw.requestBody.content) : undefined,
		answers
	};
}

function contentType(content: Content | undefined): string {
	const [media, value] = Object.entries(content ?? {})[0] ?? [];
	if (media === undefined) return '';
	return media === 'text/event-stream' ? 'event stream' : typeName(value?.schema);
}

/** A short name of what a schema allows: `string`, `Message[]`, `Message | null`. */
export function typeName(schema: Schema | undefined): string {
	if (!schema) return 'any';
	if (schema.$ref) return schema.$ref.split('/').at(-1) ?? 'any';
	const choices = schema.oneOf ?? schema.anyOf ?? schema.allOf;
	if (choices) return choices.map(typeName).sort(nullLast).join(' | ');
	if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
	const types = [schema.type ?? 'any'].flat().sort(nullLast);
	return types.map((type) => (type === 'array' ? `${typeName(schema.items)}[]` : type)).join(' | ');
}

function nullLast(a: string, b: string): number {
	return Number(a === 'null') - Number(b === 'null');
}
