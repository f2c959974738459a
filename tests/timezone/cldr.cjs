// Reads country codes and zones as JSON from standard input; answers with the names that CLDR has for them in node's ICU.
const { codes, zones } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const LANGUAGES = { DE: 'de', ES: 'es', IE: 'ga', NZ: 'mi' };

const countries = {};
for (const code of codes) {
  const styles = ['long', 'short'].map((style) => new Intl.DisplayNames(['en'], { type: 'region', style }).of(code));
  const own = LANGUAGES[code] ? [new Intl.DisplayNames([LANGUAGES[code]], { type: 'region' }).of(code)] : [];
  countries[code] = [...new Set([...styles, ...own])];
}

const nameOf = (zone, month, style) =>
  new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: style })
    .formatToParts(new Date(Date.UTC(2026, month, 15)))
    .find((part) => part.type === 'timeZoneName').value;
const clocks = {};
for (const zone of zones) {
  clocks[zone] = [nameOf(zone, 0, 'long'), nameOf(zone, 6, 'long'), nameOf(zone, 0, 'longGeneric')];
}
process.stdout.write(JSON.stringify({ countries, clocks }));
