import assert from "node:assert/strict";
import { Project } from "../rig.ts";

Deno.test("repro runs an unmodified dvc.yaml, one stage at a time", async () => {
  await using project = await Project.create({
    "params.yaml": "train:\n  epochs: 3\n  rate: 1e-3\nsizes: [small, large]\n",
    "data/raw.txt": "raw\n",
    "dvc.yaml": `vars:
  - config.json
stages:
  prepare:
    cmd:
      - mkdir -p prepared
      - tr a-z A-Z < data/raw.txt > prepared/data.txt
    deps: [data]
    outs: [prepared]
  train:
    foreach: \${sizes}
    do:
      wdir: models
      cmd: echo \${item} \${train.rate} > \${item}.txt; echo "{}" > \${item}.json; echo \${item} >> ../order.log
      deps: [../prepared/data.txt]
      params:
        - ../params.yaml:
            - train
      outs: ["\${item}.txt"]
      metrics:
        - "\${item}.json":
            cache: false
  report:
    cmd: cat models/*.txt > report.txt
    deps: [models/small.txt, models/large.txt]
    outs: [report.txt]
`,
    "config.json": "{}",
    "models/.gitkeep": "",
  });
  const { code, ran, stdout, stderr } = await project.run("repro");
  assert.equal(code, 0, stdout + stderr);
  assert.deepEqual(ran, ["prepare", "train@small", "train@large", "report"]);
  assert.equal(await project.read("models/small.txt"), "small 0.001\n");
  assert.equal(await project.read("order.log"), "small\nlarge\n");

  await project.edit("params.yaml", "1e-3", "2e-3");
  const changed = await project.run("repro");
  assert.deepEqual(changed.ran, ["train@small", "train@large", "report"]);
  assert.match(changed.stdout, /^train@small runs: .*params\.yaml.*rate.*0\.001 -> 0\.002/m);

  await project.edit("params.yaml", "2e-3", "1e-3");
  const back = await project.run("repro");
  assert.deepEqual([back.ran, back.restored], [[], ["train@small", "train@large", "report"]]);
  assert.equal(await project.read("report.txt"), "large 0.001\nsmall 0.001\n");
});

Deno.test("a frozen stage is left alone, and an always changed one always runs", async () => {
  await using project = await Project.create({
    "in.txt": "1",
    "dvc.yaml": `stages:
  still:
    cmd: cp in.txt still.txt
    deps: [in.txt]
    outs: [still.txt]
    frozen: true
  again:
    cmd: cp in.txt again.txt
    deps: [in.txt]
    outs: [again.txt]
    always_changed: true
`,
  });
  for (let time = 0; time < 2; time += 1) {
    const { ran, stdout } = await project.run("repro");
    assert.deepEqual(ran, ["again"]);
    assert.match(stdout, /^again runs: always runs \(always_changed\)$/m);
    assert.match(stdout, /^1 ran, 1 frozen in /m);
  }
  assert.equal(await project.exists("still.txt"), false);
});

Deno.test("a params file that another stage makes counts as that stage left it", async () => {
  await using project = await Project.create({
    "in.txt": "rate: 1\n",
    "dvc.yaml": `stages:
  tune:
    cmd: cp in.txt tuned.yaml
    deps: [in.txt]
    outs: [tuned.yaml]
  train:
    cmd: cp tuned.yaml out.txt
    params:
      - tuned.yaml: [rate]
    outs: [out.txt]
`,
  });
  assert.deepEqual((await project.run("repro")).ran, ["tune", "train"]);
  assert.match((await project.run("repro")).stdout, /^2 unchanged in /m);
  await project.write("in.txt", "rate: 2\n");
  assert.deepEqual((await project.run("repro")).ran, ["tune", "train"]);
  assert.equal(await project.read("out.txt"), "rate: 2\n");
  assert.match((await project.run("repro")).stdout, /^2 unchanged in /m);
});
