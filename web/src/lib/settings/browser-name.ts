const BROWSERS: [RegExp, string][] = [
	[/Edg\//, 'Edge'],
	[/OPR\//, 'Opera'],
	[/Firefox\//, 'Firefox'],
	[/(Headless)?Chrome\//, 'Chrome'],
	[/Safari\//, 'Safari'],
	[/^curl\//, 'curl']
];

const SYSTEMS: [RegExp, string][] = [
	[/Android/, 'Android'],
	[/iPhone|iPad/, 'iOS'],
	[/Windows/, 'Windows'],
	[/Mac OS X/, 'macOS'],
	[/Linux/, 'Linux']
];

/** "Firefox on Linux", as well as a user-agent text tells it. */
export function browserName(userAgent: string): string {
	const browser = BROWSERS.find(([test]) => test.test(userAgent))?.[1];
	const system = SYSTEMS.find(([test]) => test.test(userAgent))?.[1];
	if (!browser) return userAgent.slice(0, 60) || 'Unknown program';
	return system ? `${browser} on ${system}` : browser;
}
