import assert from "node:assert/strict";
import { evaluateClaims } from "../../lib/claims/evaluation.ts";
import { claimsSection } from "../../lib/claims/section.ts";
import { sampleStudy } from "../figures/sample_study.ts";

Deno.test("the section on claims has a row a claim, whose verdict is a word and not a sign or colour alone", async () => {
  const claims = evaluateClaims(await sampleStudy({ depths: [2, 4, 8], seeds: [0, 1], epochs: 20 }));
  const { markup } = claimsSection(claims);
  for (const { name, verdict, subjects } of claims.claims) {
    const details = markup.split(`id="claim-${name}"`)[1]?.split("</details>")[0];
    assert.equal(details === undefined, verdict === "not applicable", name);
    const judgements = subjects.flatMap(({ seeds }) => seeds).length;
    assert.equal(details?.match(/<tr><(?:th scope="rowgroup"|td)/g)?.length ?? 0, judgements, name);
  }
  const words = [...markup.matchAll(/<span class="verdict"><span aria-hidden="true">.<\/span> ([a-z ]+)<\/span>/g)];
  assert.equal(words.length, markup.split('class="verdict"').length - 1);
  assert.deepEqual(
    words.slice(0, claims.claims.length).map(([, word]) => word),
    claims.claims.map(({ verdict }) => verdict),
  );
  assert.match(claimsSection({ ...claims, profile: "as written" }).markup, /Profile: as written\./);
  const failing = { ...claims, claims: claims.claims.map((claim) => ({ ...claim, verdict: "fails" as const })) };
  const rows = claimsSection(failing).markup.split("<details")[0]!;
  assert.match(rows, /<p>What differs from the paper: data set: MNIST \(in the paper CIFAR-10\); /);
  assert.match(markup, /in 2 of 2 \(sign test p = 0\.25\)/);
  assert.doesNotMatch(markup, /<th>|undefined|NaN/);
});
