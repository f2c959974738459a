// Reads cases as JSON from standard input and answers with luxon's results, in order.
import { createRequire } from 'node:module';
const require = createRequire(`${process.argv[2]}/package.json`);
const { DateTime } = require('luxon');

const results = [];
const cases = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const format = "yyyy-MM-dd'T'HH:mm:ssZZ";
for (const { seconds, source, target, later, add } of cases) {
  const start = DateTime.fromSeconds(seconds, { zone: source });
  const end = DateTime.fromSeconds(later, { zone: source });
  const units = ['years', 'months', 'days', 'hours', 'minutes', 'seconds'];
  results.push({
    converted: start.setZone(target).toFormat(format),
    added: start.plus(add).toFormat(format),
    between: end.diff(start, units).toObject(),
  });
}
process.stdout.write(JSON.stringify(results));
