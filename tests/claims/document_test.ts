import assert from "node:assert/strict";
import { claimsText, readClaims } from "../../lib/claims/document.ts";
import { evaluateClaims } from "../../lib/claims/evaluation.ts";
import { sampleStudy, withFolder } from "../figures/sample_study.ts";

Deno.test("claims.json is read as it was written, and a file of another form is refused with its field", () =>
  withFolder(async (folder) => {
    const path = `${folder}/claims.json`;
    const claims = evaluateClaims(await sampleStudy({ depths: [2, 4], epochs: 2 }));
    await Deno.writeTextFile(path, claimsText(claims));
    assert.deepEqual(await readClaims(path), claims);

    await Deno.writeTextFile(path, claimsText(claims).replace('"verdict": "holds"', '"verdict": "true"'));
    await assert.rejects(readClaims(path), (error: Error) => {
      assert.ok(error.message.startsWith(`${path}: claims.`), error.message);
      assert.match(error.message, /\.verdict: .*; run the claims stage again$/);
      return true;
    });
    await Deno.writeTextFile(path, "{");
    await assert.rejects(readClaims(path), { message: `${path}: not JSON; run the claims stage again` });
  }));
