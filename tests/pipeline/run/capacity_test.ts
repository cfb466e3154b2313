import assert from "node:assert/strict";
import fc from "fast-check";
import { Allocation, type Capacity, machineCapacity, share } from "../../../lib/pipeline/run/capacity.ts";

const amount = fc.nat(8);
const resources = fc.record({ cpus: amount, gpus: amount, memory: amount, time: fc.constant(0) });

Deno.test("share() always fits into an empty allocation", () => {
  fc.assert(
    fc.property(
      fc.record({ jobs: fc.integer({ min: 1, max: 8 }), cpus: amount, gpus: amount, memory: amount }),
      resources,
      (capacity: Capacity, wanted) => {
        assert.equal(new Allocation(capacity).take(share(wanted, capacity)), true);
      },
    ),
  );
});

Deno.test("Allocation never gives more than there is, and takes everything back", () => {
  const capacity = { jobs: 4, cpus: 6, gpus: 2, memory: 10 };
  fc.assert(fc.property(fc.array(resources, { maxLength: 10 }), (wanted) => {
    const allocation = new Allocation(capacity);
    const taken = wanted.map((one) => share(one, capacity)).filter((one) => allocation.take(one));
    for (const key of ["jobs", "cpus", "gpus", "memory"] as const) {
      assert.ok(taken.reduce((sum, one) => sum + one[key], 0) <= capacity[key]);
    }
    for (const one of taken) allocation.release(one);
    assert.equal(allocation.take(capacity), true);
  }));
});

Deno.test("machineCapacity() has a core, memory, and the jobs asked for", () => {
  const capacity = machineCapacity(3);
  assert.equal(capacity.jobs, 3);
  assert.ok(capacity.cpus >= 1);
  assert.ok(capacity.memory > 0);
  assert.equal(machineCapacity().jobs, capacity.cpus);
});
