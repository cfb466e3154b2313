import assert from "node:assert/strict";
import { type Process, Simulation, Station } from "../../bench/scale/simulation.ts";
import { Random } from "../../lib/nn/random.ts";

Deno.test("Station serves in the order of arrival, as many at a time as it has servers", () => {
  const simulation = new Simulation();
  const station = new Station(simulation, "desk", 2);
  const left: [string, number][] = [];
  function* guest(name: string, seconds: number): Process {
    yield* station.use(seconds);
    left.push([name, simulation.now]);
  }
  for (const [name, seconds] of [["a", 3], ["b", 1], ["c", 1], ["d", 1]] as const) {
    simulation.start(guest(name, seconds));
  }
  simulation.run();
  assert.deepEqual(left, [["b", 1], ["c", 2], ["a", 3], ["d", 3]]);
  assert.equal(station.longest, 2);
  assert.equal(station.utilisation(simulation.now), 1);
});

Deno.test("Random arrivals at a server of constant service wait as Pollaczek and Khinchine's formula says", () => {
  const simulation = new Simulation();
  const station = new Station(simulation, "server");
  const random = new Random(0, "arrivals");
  const [rate, count] = [0.7, 200_000];
  let waited = 0;
  function* guest(): Process {
    const arrived = simulation.now;
    yield* station.use(1);
    waited += simulation.now - arrived - 1;
  }
  function* arrivals(): Process {
    for (let index = 0; index < count; index++) {
      yield -Math.log(1 - random.uniform()) / rate;
      simulation.start(guest());
    }
  }
  simulation.start(arrivals());
  simulation.run();
  const expected = rate / (2 * (1 - rate));
  assert.ok(Math.abs(waited / count / expected - 1) < 0.02, `${waited / count} beside ${expected}`);
  assert.ok(Math.abs(station.utilisation(simulation.now) - rate) < 0.005);
});
