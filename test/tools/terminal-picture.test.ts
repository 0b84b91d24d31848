import { terminalPicture } from '../../tools/support/terminal-picture';

test('what a terminal showed becomes an SVG: colours, columns, and nothing that would be markup', () => {
  const picture = terminalPicture(['   \u001b[32m✔\u001b[39m a <b> & c', '', 'x'.repeat(200)], 'A & B');
  expect(picture).toContain('<title>A &amp; B</title>');
  const texts = [
    ...picture.matchAll(/<text x="([\d.]+)" y="(\d+)" textLength="([\d.]+)" fill="(#\w+)"[^>]*>(.*)<\/text>/g),
  ];
  expect(texts.map(([, x, y, length, fill, text]) => [x, y, length, fill, text])).toEqual([
    ['43.2', '32', '8.4', '#74cf98', '✔'],
    ['60.0', '32', '75.6', '#dde4ec', 'a &lt;b&gt; &amp; c'],
    ['18.0', '72', '907.2', '#dde4ec', `${'x'.repeat(107)}…`],
  ]);
});

test('bold and dim end where the terminal ends them', () => {
  const picture = terminalPicture(
    ['\u001b[1m\u001b[36mstep\u001b[39m\u001b[22m \u001b[2m[3 s]\u001b[22m after'],
    'Steps',
  );
  expect(picture).toMatch(/fill="#7cc7e8" font-weight="bold"[^>]*>step</);
  expect(picture).toMatch(/fill="#8f9dad" xml:space="preserve">\[3 s\]</);
  expect(picture).toMatch(/fill="#dde4ec" xml:space="preserve">after</);
});
