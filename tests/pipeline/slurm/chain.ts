/** Stages each of which reads outs of those before it, a group of two among them; `in` is theirs to read. */
export const CHAIN = `stages:
  first: { cmd: "cat in > first", deps: [in], outs: [first] }
  part:
    foreach: [1, 2]
    do: { cmd: "mkdir -p parts/\${item}; cat first > parts/\${item}/a", deps: [first], outs: ["parts/\${item}"] }
  last: { cmd: cat parts/1/a parts/2/a > last, deps: [parts/1, parts/2/a], outs: [last] }
`;
