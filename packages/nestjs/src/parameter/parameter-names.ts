/** Returns the names of a function's parameters from its source text; an empty name for a destructured parameter. */
export function parameterNames(callback: Function): string[] {
  const text = callback.toString().replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const start = text.indexOf('(');
  const names: string[] = [];
  let depth = 0;
  let current = '';
  for (const character of text.slice(start)) {
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
    if (depth === 0 || (depth === 1 && character === ',')) {
      names.push(nameIn(current));
      current = '';
    } else if (character !== '(' || depth > 1) current += character;
    if (depth === 0) break;
  }
  return names;
}

function nameIn(parameter: string): string {
  return /^\s*(?:\.\.\.)?\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)/u.exec(parameter)?.[1] ?? '';
}
