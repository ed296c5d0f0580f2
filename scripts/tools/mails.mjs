// mails.mjs compiles internal/mail/mjml/*.mjml to the templates of html/template in internal/mail/templates. With "check" it writes
// nothing and fails when they are not what the sources give.
//
// MJML knows no Go actions, and html/template drops comments, also those that Outlook reads. So each action is a word of letters and
// digits while MJML works, and each half of a conditional comment becomes an action in the end: what stands between the halves stays
// markup that html/template escapes by its place.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import mjml2html from 'mjml';

const sources = new URL('../../internal/mail/mjml/', import.meta.url);
const templates = new URL('../../internal/mail/templates/', import.meta.url);
const check = process.argv[2] === 'check';
const actions = /\{\{[^]*?\}\}/g;
const masked = /goaction(\d+)x/g;

async function compile(name) {
	const kept = [];
	const mask = (source) => source.replace(actions, (action) => `goaction${kept.push(action) - 1}x`);
	const { html, errors } = await mjml2html(mask(include(name)), {
		fonts: {}, // those that readers have; nothing is loaded
		keepComments: false,
		validationLevel: 'soft',
	});
	// An attribute that is an action has no value yet that MJML could check.
	const wrong = errors.filter((error) => !/ has invalid value: [^]*goaction\d+x/.test(error.message));
	if (wrong.length > 0) throw new Error(wrong.map((error) => `${name}: ${error.formattedMessage}`).join('\n'));
	return html
		.replace(/ (class|style)=""/g, '')
		.replaceAll(' target="_blank"', '') // MJML's buttons have it: a mail program knows best where it opens links, and all open alike
		.replace(/<([a-z]+)\s+([^<>]*[^<>\s])\s*>/g, '<$1 $2>')
		.replaceAll('text-align:left;direction:', 'text-align:{{$.Start}};direction:') // MJML's columns are for those who read from the left
		.replace(masked, (_, i) => kept[i])
		.replace(/<!--\[if [^\]]*\]>(<!-->)?|(<!--)?<!\[endif\]-->/g, (half) => `{{outlook "${half}"}}`)
		.replace(/^\s+/gm, '')
		.replace(/[ \t]+$/gm, '');
}

// include puts the parts in by itself: their actions have to be masked with those around them.
function include(name) {
	return readFileSync(new URL(name, sources), 'utf8').replace(/<mj-include path="\.\/([a-z]+\.mjml)" \/>/g, (_, part) => include(part));
}

let stale = 0;
for (const name of readdirSync(sources).filter((name) => include(name).startsWith('<mjml'))) {
	const html = await compile(name);
	const file = new URL(name.replace(/mjml$/, 'html'), templates);
	if (!check) {
		writeFileSync(file, html);
	} else if (readFileSync(file, 'utf8') !== html) {
		console.error(`internal/mail/templates/${name.replace(/mjml$/, 'html')} is not what internal/mail/mjml/${name} gives: run make mails`);
		stale++;
	}
}
process.exit(stale > 0 ? 1 : 0);
